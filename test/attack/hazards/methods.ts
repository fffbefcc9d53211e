import { type Ask, type Attack, BOB, type Hazard, MALLORY } from '../attack.ts'
import { secretly, showing } from '../asking.ts'
import { honest, PAGE, whole } from './page.ts'

export const methods: Hazard = {
  title: 'methods and bodies',
  harm: 'an empty, a posted or a refused answer is kept for those who get the page',
  attacks: [
    {
      name: 'HEAD comes first',
      view: whole,
      asks: [{ as: MALLORY, method: 'HEAD' }, honest, { as: BOB, method: 'HEAD' }],
      exact: true,
    },
    ...['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'].map((method) => ({
      name: `${method} at the address of a page`,
      view: showing((call) => call.method),
      asks: [{ as: MALLORY, method, headers: [['Content-Length', '0']] }, honest] satisfies Ask[],
      exact: true,
    })),
    {
      name: 'a method that nobody knows',
      view: showing((call) => call.method),
      asks: [{ as: MALLORY, method: 'BREW' }, { as: MALLORY, method: 'get' }, honest],
      exact: true,
      provoked: true,
    },
    ...['X-HTTP-Method-Override', 'X-Method-Override', 'X-HTTP-Method'].map(
      (name) =>
        ({
          name: `${name}: HEAD`,
          view: (call) => {
            const isHead = secretly(call, 'x-who') !== 'nothing' && call.header(name) === 'HEAD'
            return { body: isHead ? '' : PAGE }
          },
          asks: [
            {
              as: MALLORY,
              headers: [
                [name, 'HEAD'],
                ['X-Who', MALLORY],
              ],
            },
            honest,
          ],
          exact: true,
          provoked: true,
        }) satisfies Attack,
    ),
    {
      name: 'GET with a body, which the view may read',
      view: (call) => ({ body: `asked for ${secretly(call, 'x-who')}` }),
      asks: [
        {
          as: MALLORY,
          headers: [
            ['Content-Length', '4'],
            ['X-Who', MALLORY],
          ],
          body: 'evil',
        },
        honest,
      ],
    },
    {
      name: 'GET with a body in chunks',
      view: (call) => ({ body: `asked for ${secretly(call, 'x-who')}` }),
      asks: [
        {
          as: MALLORY,
          headers: [
            ['Transfer-Encoding', 'chunked'],
            ['X-Who', MALLORY],
          ],
          body: '4\r\nevil\r\n0\r\n\r\n',
        },
        honest,
      ],
    },
    {
      name: 'two lengths that differ, to smuggle a request',
      view: whole,
      asks: [
        {
          as: MALLORY,
          headers: [
            ['Content-Length', '0'],
            ['Content-Length', '44'],
          ],
          body: 'GET /plain/evil HTTP/1.1\r\nHost: site.test\r\n\r\n',
        },
        honest,
      ],
      exact: true,
    },
    {
      name: 'a length and chunks, to smuggle a request',
      view: whole,
      asks: [
        {
          as: MALLORY,
          headers: [
            ['Content-Length', '4'],
            ['Transfer-Encoding', 'chunked'],
          ],
          body: '0\r\n\r\nGET /plain/evil HTTP/1.1\r\nHost: site.test\r\n\r\n',
        },
        honest,
      ],
      exact: true,
    },
    {
      name: 'an upgrade that the view refuses',
      view: (call) => {
        return secretly(call, 'x-who') === 'nothing' ? { body: PAGE } : { body: 'no upgrade here' }
      },
      asks: [
        {
          as: MALLORY,
          headers: [
            ['X-Who', MALLORY],
            ['Upgrade', 'h2c'],
          ],
        },
        honest,
      ],
      exact: true,
      provoked: true,
    },
  ],
}
