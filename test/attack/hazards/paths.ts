import { ALICE, type Ask, BOB, type Hazard, MALLORY } from '../attack.ts'
import { showing } from '../asking.ts'

const TRICKS: readonly (readonly string[])[] = [
  ['/a', '//a', '/a/', '/./a', '/b/../a'],
  ['/a', '/%61', '/A', '/%41'],
  ['/a/b', '/a%2Fb', '/a%2fb', '/a\\b', '/a%5Cb'],
  ['/a', '/a;b', '/a;jsessionid=1', '/;/a'],
  ['/a', '/a%00', '/a%00.css', '/a%0a', '/a%20'],
  ['/a', '/a%3Fx=1', '/a?x=1', '/a%23x'],
  ['/account', '/account/x.css', '/account.css', '/account;x.css', '/account%2Fx.css'],
  ['/a/..%2fb', '/b', '/a/%2e%2e/b', '/a/.%2e/b', '/a/..;/b'],
  ['/a', '/%c3%28', '/%', '/%zz', '/%E0%A4%A'],
  ['/é', '/%C3%A9', '/%c3%a9', '/e%CC%81'],
  ['/a', '/a.', '/a..', '/.a', '/a/.'],
  ['/a', '/a/index.html', '/a/index', '/a//'],
  ['/__proto__', '/constructor', '/toString', '/prototype'],
]

/** Whoever asks leaves a name in the query of a view that shows it, so that each page is somebody's. */
const asking = (paths: readonly string[]): readonly Ask[] => {
  return paths.map((path, at) => ({ as: [ALICE, BOB, MALLORY, 'carol-c3', 'dave-d4'][at] ?? '', path }))
}

export const paths: Hazard = {
  title: 'path and delimiter tricks',
  harm: 'two spellings are one page to the cache and two to the router, or the other way round',
  attacks: TRICKS.map((spellings) => ({
    name: spellings.slice(0, 3).join(' and '),
    cve: ['CVE-2023-46298', 'CVE-2024-46982'],
    view: showing((call) => call.url.replace(/^\/\w+\/[fbc]\d+/i, '')),
    asks: asking(spellings),
    exact: true,
  })),
}

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
  ['?a="', '?a=","', '?a=],[', '?a=\'', '?a=\\'],
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
        { as: ALICE, headers: [['X-A', 'ab'], ['X-B', 'c']] },
        { as: BOB, headers: [['X-A', 'a'], ['X-B', 'bc']] },
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
