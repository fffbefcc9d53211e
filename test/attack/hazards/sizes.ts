import { ALICE, BOB, type Hazard } from '../attack.ts'
import { byField, showing } from '../asking.ts'
import { honest } from './page.ts'

export const sizes: Hazard = {
  title: 'huge and broken requests',
  harm: 'a request ends the process, or hangs it, or fills it',
  attacks: [
    {
      name: 'a header of 12 kB is read',
      view: showing((call) => call.header('x-huge')),
      asks: byField('X-Huge', (as) => as + 'h'.repeat(12_000)),
    },
    {
      name: 'a hundred headers',
      view: showing((call) => call.header('x-99')),
      asks: [ALICE, BOB].map((as) => ({
        as,
        headers: Array.from({ length: 100 }, (_, n) => [`X-${n}`, as] as const),
      })),
    },
    {
      name: 'a query of 10 kB',
      view: showing((call) => call.url.length),
      asks: [ALICE, BOB].map((as) => ({ as, path: `?${as}${'q'.repeat(10_000)}` })),
      exact: true,
    },
    {
      name: 'a page that answers with a field of 12 kB',
      view: (call) => ({ fields: [['X-Huge', 'h'.repeat(12_000)]], body: call.method }),
      asks: [honest, { as: BOB }],
      exact: true,
    },
    {
      name: 'a page beyond what is kept',
      view: () => ({ body: 'p'.repeat(1_100_000) }),
      asks: [honest, { as: BOB }],
      exact: true,
    },
    {
      name: 'bytes that are no text',
      view: () => ({
        fields: [['Content-Type', 'application/octet-stream']],
        body: Buffer.from(Array.from({ length: 256 }, (_, n) => n)),
      }),
      asks: [honest, { as: BOB }],
      exact: true,
    },
    {
      name: 'letters beyond ASCII in a header',
      view: showing((call) => call.header('x-name')),
      asks: byField('X-Name', (as) => `${as}\u00ff\u00e9`),
    },
    {
      name: 'fields of prototypes on the answer',
      view: (call) => ({
        fields: [
          ['constructor', 'a'],
          ['__proto__', 'b'],
          ['toString', 'c'],
        ],
        body: call.method,
      }),
      asks: [honest, { as: BOB }],
      exact: true,
      // Elsewhere the fields of an answer are members of an object.
      on: ['pageCache', 'Hono'],
    },
  ],
}
