import { type Hazard } from '../attack.ts'
import { asking, showing } from '../asking.ts'

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
