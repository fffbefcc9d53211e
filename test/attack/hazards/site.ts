import { ALICE, type Ask, type Attack, type Call, type Hazard, MALLORY } from '../attack.ts'
import { byField, secretly, showing, signedInAsks } from '../asking.ts'
import { signedIn } from '../profiles.ts'

type Who = (call: Call) => unknown

const WAYS: readonly (readonly [name: string, who: Who])[] = [
  ['the user of a login before the cache', (call) => call.user()],
  ['the session of a layer before the cache', (call) => call.session()?.basket],
  ['the user of a login within the cache', (call) => signedIn(call.header('cookie'))?.user],
  ['a cookie', (call) => call.cookie('sid')],
]

const SITES = ['site', 'siteUsers', 'siteAnonymous', 'siteInner'] as const

/** Ways to write `/site/admin` that some router takes for it. */
const ADMIN: readonly string[] = [
  '/site/admin',
  '/site//admin',
  '/site/%61dmin',
  '/site/%2561dmin',
  '/site/ADMIN',
  '/site/admin;x',
  '/site/a/../admin',
  '/site/./admin',
  '/site/%2e/admin',
  '/site/a/%2e%2e/admin',
  '/site/a/..;/admin',
  '/site/\\admin',
  '/site/%5Cadmin',
  '/site/;x/admin',
  '/site/admin/a/%00',
]

/** Where an attack on this profile has another address than its own. */
function at(prefix: string): NonNullable<Ask['target']> {
  return (base) => prefix + base.slice(base.lastIndexOf('/'))
}

/** Somebody signs in by a write between two visits. */
const signingIn: readonly Ask[] = [
  { as: 'nobody' },
  { as: ALICE, method: 'POST', headers: [['X-Who', ALICE]] },
  { as: ALICE, headers: [['Cookie', `sid=${ALICE}`]] },
  { as: 'nobody2' },
  { as: MALLORY, headers: [['Cookie', `sid=${MALLORY}`]] },
]

export const site: Hazard = {
  title: 'a whole site',
  harm: 'a cache around all routes keeps what one route makes for somebody, or what was to be left out',
  together: true,
  attacks: SITES.flatMap((profile): Attack[] => [
    ...WAYS.map(([name, who]) => ({
      name: `${profile}: ${name} is shown`,
      profile,
      view: showing(who),
      asks: signedInAsks,
      exact: true,
    })),
    {
      name: `${profile}: a private page`,
      profile,
      view: (call) => ({
        fields: [['Cache-Control', 'private']],
        body: `page for ${secretly(call)}`,
      }),
      asks: signedInAsks,
      exact: true,
    },
    {
      name: `${profile}: a session within the cache sets a cookie`,
      profile,
      view: (call) => ({
        fields: [['Set-Cookie', `sid=${secretly(call, 'x-who')}`]],
        body: 'welcome',
      }),
      asks: byField('X-Who'),
      exact: true,
    },
    {
      name: `${profile}: somebody signs in while the page is made`,
      profile,
      view: (call) => {
        // Only option `user` can know of a login that looks past its request.
        const who = profile === 'site' ? call.header('x-who') : secretly(call, 'x-who')
        if (who !== undefined) call.login(who)
        return { body: `page for ${call.user() ?? 'nobody'}` }
      },
      asks: byField('X-Who'),
      exact: true,
    },
    {
      name: `${profile}: somebody signs in by a write`,
      profile,
      view: (call) => {
        if (call.method !== 'POST') return { body: `page for ${call.user() ?? 'nobody'}` }
        return { fields: [['Set-Cookie', `sid=${secretly(call, 'x-who')}`]], body: 'welcome' }
      },
      asks: signingIn,
      exact: true,
    },
  ]).concat(
    ADMIN.map((prefix) => ({
      name: `a path that is left out, as ${prefix}`,
      profile: 'site',
      // Nothing but the path protects it.
      view: (call) => ({ body: `admin for ${secretly(call)}` }),
      asks: signedInAsks.map((ask) => ({ ...ask, target: at(prefix) })),
      exact: true,
    })),
  ),
}
