import { ALICE, BOB, type Hazard, MALLORY } from '../attack.ts'
import { asking, showing } from '../asking.ts'

const QUERIES: readonly (readonly string[])[] = [
  ['', '?', '?&', '?='],
  ['?a=1&a=2', '?a=2&a=1', '?a=1', '?a=2'],
  ['?a=1&b=2', '?b=2&a=1', '?a=1%26b=2', '?a=1;b=2'],
  ['?a=b', '?a%3Db', '?a=%62', '?%61=b'],
  ['?a=1', '?A=1', '?a[]=1', '?a[0]=1', '?a%5B%5D=1'],
  ['?a=+', '?a=%20', '?a=%2B', '?a'],
  ['?a=x|GET|/b', '?a=x,page:GET:/b', '?a=x:url:', '?a=x\\u0000', '?a=x%00'],
  ['?__proto__=1', '?constructor=1', '?__proto__[a]=1', '?toString=1'],
  ['?a=%', '?a=%zz', '?%=1', '?a=%c3%28'],
  ['?a="', '?a=","', '?a=],[', "?a='", '?a=\\'],
]

export const queries: Hazard = {
  title: 'queries and keys',
  harm: 'a query is read as another one, or breaks out of its part of the key',
  attacks: [
    ...QUERIES.map((spellings) => ({
      name: spellings.slice(0, 3).join(' and '),
      ...(spellings.some((each) => each.includes("'")) && {
        lesser: 'in the web’s terms a view sees its address as the platform writes it',
      }),
      ...(spellings.includes('?') && {
        lesser: 'h3’s own address has a lone ? in its search, the platform’s has not',
      }),
      view: showing((call) => call.url.replace(/^\/\w+\/[fbc]\d+/i, '')),
      asks: asking(spellings),
      exact: true,
    })),
    {
      name: 'a path that looks like a key with a header in it',
      view: showing((call) => [call.url.replace(/^\/\w+\/[fbc]\d+/i, ''), call.header('x-a')]),
      asks: [
        { as: MALLORY, path: '/p","x-a","1' },
        { as: ALICE, path: '/p', headers: [['X-A', '1']] },
        { as: BOB, path: '/p', headers: [['X-A', '1","']] },
      ],
      exact: true,
    },
    {
      name: 'two headers whose values could change places',
      view: showing((call) => [call.header('x-a'), call.header('x-b')]),
      asks: [
        {
          as: ALICE,
          headers: [
            ['X-A', 'ab'],
            ['X-B', 'c'],
          ],
        },
        {
          as: BOB,
          headers: [
            ['X-A', 'a'],
            ['X-B', 'bc'],
          ],
        },
        { as: MALLORY, headers: [['X-A', 'a","x-b","bc']] },
      ],
      exact: true,
    },
    {
      name: 'a parameter that the route does not allow is shown',
      profile: 'narrow',
      view: showing((call) => [call.query('page'), call.query('evil')]),
      lesser: 'what the key does not have, the view is not shown',
      asks: [
        { as: MALLORY, path: `?page=1&evil=${MALLORY}` },
        { as: ALICE, path: '?page=1' },
        { as: BOB, path: `?evil=${BOB}&page=1` },
      ],
    },
    {
      name: 'an allowed parameter in many spellings',
      profile: 'narrow',
      view: showing((call) => call.query('page')),
      asks: asking(['?page=1', '?page=2', '?page=1&page=2', '?page=2&page=1', '?page[]=1']),
      exact: true,
    },
  ],
}
