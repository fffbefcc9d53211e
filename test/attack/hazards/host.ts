import { ALICE, type Ask, BOB, type Hazard, MALLORY } from '../attack.ts'
import { showing } from '../asking.ts'

const EVIL = `${MALLORY}.test`

/** Mallory's way to say where it is, then an honest visitor. */
function against(hosts: readonly string[], target?: Ask['target']): readonly Ask[] {
  const ask: Ask = { as: MALLORY, hosts }
  return [target === undefined ? ask : { ...ask, target }, { as: ALICE }, { as: BOB }]
}

const SPELLINGS: readonly (readonly [
  name: string,
  hosts: readonly string[],
  target?: Ask['target'],
])[] = [
  ['another host', [EVIL]],
  ['two lines of Host', ['site.test', EVIL]],
  ['two lines of Host, the wrong one first', [EVIL, 'site.test']],
  ['a list in one line', [`site.test, ${EVIL}`]],
  ['a port', [`site.test:${MALLORY.length}`]],
  ['upper case', ['SITE.TEST']],
  ['a trailing dot', ['site.test.']],
  ['a user before the host', [`${MALLORY}@site.test`]],
  ['a host as the user', [`site.test@${EVIL}`]],
  ['a path within Host', [`site.test/${MALLORY}`]],
  ['a query within Host', [`site.test?${MALLORY}`]],
  ['a fragment within Host', [`site.test#${MALLORY}`]],
  ['a backslash within Host', [`site.test\\${MALLORY}`]],
  ['a blank within Host', [`site.test ${MALLORY}`]],
  ['a tab behind Host', ['site.test\t']],
  ['an empty Host', ['']],
  ['brackets', ['[::1]']],
  ['a target that names another host', ['site.test'], (base) => `http://${EVIL}${base}`],
  ['a target that names the host, another Host', [EVIL], (base) => `http://site.test${base}`],
  ['a target with a user', ['site.test'], (base) => `http://${MALLORY}@site.test${base}`],
  ['a target of another scheme', ['site.test'], (base) => `https://${EVIL}${base}`],
  ['a target in upper case', ['site.test'], (base) => `HTTP://SITE.TEST${base}`],
]

export const host: Hazard = {
  title: 'Host confusion',
  harm: 'the links of everybody’s page lead to a host of the attacker',
  attacks: SPELLINGS.flatMap(([name, hosts, target]) => {
    const asks = against(hosts, target)
    const own = hosts.includes('') && {
      lesser: 'h3 takes the address that it listens on, which its twin has not',
    }
    return [
      {
        name: `${name}: the framework’s host is shown`,
        ...own,
        view: showing((call) => call.host()),
        asks,
      },
      {
        name: `${name}: the field Host is shown`,
        cve: ['CVE-2025-31137', 'CVE-2025-61925'],
        view: showing((call) => call.header('host')),
        asks,
      },
      {
        name: `${name}, where the site has one name`,
        ...own,
        profile: 'hosts' as const,
        view: showing((call) => [call.host(), call.header('host')]),
        asks,
      },
    ]
  }),
}
