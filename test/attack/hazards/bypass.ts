import { ALICE, BOB, type Hazard, MALLORY } from '../attack.ts'
import { honest, whole } from './page.ts'

const FORCING: readonly (readonly [name: string, value: string])[] = [
  ['Cache-Control', 'no-cache'],
  ['Cache-Control', 'no-store'],
  ['Cache-Control', 'max-age=0'],
  ['Cache-Control', 'only-if-cached'],
  ['Cache-Control', 'max-stale'],
  ['Pragma', 'no-cache'],
  ['x-apicache-bypass', 'true'],
  ['x-apicache-force-fetch', 'true'],
  ['X-Middleware-Prefetch', '1'],
  ['X-Cache-Bypass', '1'],
  ['x-no-cache', '1'],
  ['X-Accel-Expires', '0'],
  ['Surrogate-Control', 'no-store'],
]

export const bypass: Hazard = {
  title: 'forced recomputation',
  harm: 'anybody makes the site work for each request by a header',
  attacks: [
    ...FORCING.map((field) => ({
      name: field.join(': '),
      cve: field[0] === 'X-Middleware-Prefetch' ? ['CVE-2023-46298'] : [],
      view: whole,
      asks: [honest, { as: MALLORY, headers: [field] }, { as: BOB, headers: [field] }],
      exact: true,
      hits: true,
    })),
    {
      name: 'a parameter that the route does not allow',
      profile: 'narrow',
      view: whole,
      asks: [honest, { as: MALLORY, path: '?nocache=1' }, { as: BOB, path: '?_=2&_=3' }],
      exact: true,
      hits: true,
    },
    {
      name: 'a coding spelled in a new way',
      view: (call) => ({ fields: [['Vary', 'Accept-Encoding']], body: call.method }),
      asks: [
        { as: ALICE, headers: [['Accept-Encoding', 'gzip, br']] },
        { as: MALLORY, headers: [['Accept-Encoding', 'BR;q=0.3,gzip;q=0.2']] },
        { as: BOB, headers: [['Accept-Encoding', 'x-gzip, identity, br']] },
      ],
      exact: true,
      hits: true,
    },
  ],
}
