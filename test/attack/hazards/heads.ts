import { ALICE, type Attack, BOB, type Call, type Hazard, type Made, MALLORY } from '../attack.ts'
import { byField, personal, secretly, signedInAsks } from '../asking.ts'

type Fields = readonly (readonly [name: string, value: string])[]

/** A page of somebody's that only this head protects, written in each way that a framework offers. */
function protectedBy(name: string, fields: Fields, cve: readonly string[] = []): readonly Attack[] {
  const view = personal(...fields)
  // Of two spellings of one name Node sends the last or both, by what was set before.
  const names = fields.map(([field]) => field)
  const distinct = new Set(names.map((field) => field.toLowerCase())).size
  const node = {
    on: ['node:http', 'Express'],
    ...(distinct < names.length && {
      lesser: 'of two lines that were given at once Node may send the last, and the cache both',
    }),
  } satisfies Partial<Attack>
  // Elsewhere the second spelling replaces the first before anybody sees either.
  const isRespelt = new Set(names).size > distinct
  const appending = isRespelt && ({ on: ['pageCache', 'Koa', 'Hono'] } satisfies Partial<Attack>)
  return [
    { name, cve, view, asks: signedInAsks, ...appending },
    {
      name: `${name}, by writeHead`,
      cve,
      view: (call) => ({ ...view(call), by: 'writeHead' }),
      asks: signedInAsks,
      ...node,
    },
    {
      name: `${name}, by writeHead with a list`,
      cve,
      view: (call) => ({ ...view(call), by: 'list' }),
      asks: signedInAsks,
      ...node,
    },
  ]
}

const one = (value: string): Fields => [['Cache-Control', value]]

export const cacheControl: Hazard = {
  title: 'Cache-Control spellings',
  harm: 'a page that its view forbids to keep is kept, because the word was spelled another way',
  attacks: [
    ...protectedBy('private', one('private'), ['CVE-2026-24472']),
    ...protectedBy('no-store', one('no-store'), ['CVE-2026-24472']),
    ...protectedBy('no-cache', one('no-cache')),
    ...protectedBy('PRIVATE', one('PRIVATE, max-age=60'), ['CVE-2026-8404']),
    ...protectedBy('No-Store', one('max-age=60, No-Store'), ['CVE-2026-8404']),
    ...protectedBy('No-Cache', one('No-Cache'), ['CVE-2026-8404']),
    ...protectedBy('private=""', one('private="", max-age=60'), ['CVE-2026-13697']),
    ...protectedBy('private with a field', one('private="x-user", max-age=60')),
    ...protectedBy('no-cache with a field', one('no-cache="set-cookie", max-age=60')),
    ...protectedBy('blanks in the argument', one('private=" x , y ", max-age=60'), [
      'CVE-2026-9678',
      'CVE-2026-14643',
    ]),
    ...protectedBy('private in both forms', one('private, private="x", max-age=60'), [
      'CVE-2026-13697',
    ]),
    ...protectedBy('blanks around =', one('private = "x", max-age=60'), ['CVE-2026-14643']),
    ...protectedBy('tabs', one('max-age=60,\tprivate\t')),
    ...protectedBy('empty members', one(',, ,private,,')),
    ...protectedBy('semicolons', one('max-age=60; private')),
    ...protectedBy('no commas', one('max-age=60 private')),
    ...protectedBy('a quote that never ends', one('foo="bar, private')),
    ...protectedBy('a quote closed too late', one('foo="a\\", private')),
    ...protectedBy('within a quote', one('x="private", max-age=60')),
    ...protectedBy('quoted itself', one('"private", max-age=60')),
    ...protectedBy('single quotes', one("'no-store', max-age=60")),
    ...protectedBy('underscore', one('no_store, max-age=60')),
    ...protectedBy('public beside it', one('public, private, max-age=600')),
    ...protectedBy('after a permission', one('public, s-maxage=600, no-store')),
    ...protectedBy('two lines', [
      ['Cache-Control', 'max-age=60'],
      ['Cache-Control', 'private'],
    ]),
    ...protectedBy('two lines in two cases', [
      ['cache-control', 'max-age=60'],
      ['CACHE-CONTROL', 'no-store'],
    ]),
    ...protectedBy('two lines in two cases, the strict one first', [
      ['cache-control', 'private'],
      ['Cache-Control', 'max-age=60'],
    ]),
    ...protectedBy('max-age=0', one('max-age=0')),
    ...protectedBy('max-age twice', one('max-age=60, max-age=0')),
    ...protectedBy('max-age with a sign', one('max-age=-1')),
    ...protectedBy('max-age that is no number', one('max-age=forever')),
    ...protectedBy('s-maxage=0 over max-age', one('max-age=60, s-maxage=0')),
    ...protectedBy('Expires: 0', [['Expires', '0']]),
    ...protectedBy('Expires twice', [
      ['Expires', 'Thu, 01 Jan 2099 00:00:00 GMT'],
      ['Expires', '0'],
    ]),
    ...protectedBy('Pragma alone', [['Pragma', 'no-cache']]),
    ...protectedBy('CDN-Cache-Control', [
      ['CDN-Cache-Control', 'private'],
      ['Cache-Control', 'max-age=60'],
    ]),
    ...protectedBy('a broken CDN-Cache-Control that forbids', [
      ['CDN-Cache-Control', 'no-store; , ='],
      ['Cache-Control', 'max-age=60'],
    ]),
    ...protectedBy('an old Age', [
      ['Cache-Control', 'max-age=60'],
      ['Age', '61'],
    ]),
    ...protectedBy('two Ages', [
      ['Cache-Control', 'max-age=60'],
      ['Age', '0, 61'],
    ]),
  ],
}

export const vary: Hazard = {
  title: 'Vary spellings and learning',
  harm: 'a page for one language, user or device is given to another',
  together: true,
  attacks: [
    ...['*', ' * ', '*, accept', 'accept, *', 'Accept,,*', 'accept*', '"*"', 'a b'].flatMap((value) => {
      return protectedBy(`Vary: ${value.trim()}`, [['Vary', value]], ['CVE-2026-6907'])
    }),
    ...protectedBy('Vary: * in a second line', [
      ['Vary', 'accept'],
      ['vary', '*'],
    ]),
    ...[
      'Cookie',
      'COOKIE',
      'accept , cookie',
      ' cookie\t,accept',
      ',,cookie',
      'cookie,cookie',
      'x-a,x-b,x-c,cookie',
    ].flatMap((value) => {
      return protectedBy(`Vary: ${value}`, [['Vary', value]], ['CVE-2026-48587', 'CVE-2026-44457'])
    }),
    ...protectedBy('Vary in two lines', [
      ['Vary', 'accept'],
      ['Vary', 'cookie'],
    ]),
    {
      name: 'Vary that grows: the first answers say less than later ones',
      view: (call) => {
        const who = secretly(call, 'x-who')
        const fields: Fields = who === 'nothing' ? [] : [['Vary', 'X-Who']]
        return { fields, body: `page for ${who}` }
      },
      asks: [{ as: 'nobody' }, ...byField('X-Who'), { as: 'nobody' }],
      lesser: 'a view that hides what it reads and names it only sometimes gives nobody’s page to some',
    },
    {
      name: 'Vary that alternates between two names',
      view: (call) => {
        const a = secretly(call, 'x-a')
        const name = a === ALICE ? 'X-A' : 'X-A, X-B'
        return { fields: [['Vary', name]], body: `${a} and ${secretly(call, 'x-b')}` }
      },
      asks: [
        { as: ALICE, headers: [['X-A', ALICE]] },
        { as: BOB, headers: [['X-A', BOB], ['X-B', BOB]] },
        { as: MALLORY, headers: [['X-A', BOB], ['X-B', MALLORY]] },
        { as: 'nobody' },
      ],
    },
    {
      name: 'a language beside the field that a framework adds',
      view: (call) => ({
        fields: [['Vary', 'Accept-Language']],
        body: `in ${secretly(call, 'accept-language')}`,
      }),
      asks: byField('Accept-Language', (as) => `de-x-${as}`),
    },
    {
      name: 'codings that not everybody can read',
      view: (call) => {
        const isRead = /gzip(?!;q=0$)/i.test(secretly(call, 'accept-encoding'))
        return isRead
          ? { fields: [['Content-Encoding', 'gzip']], body: 'gzipped' }
          : { body: 'as it is' }
      },
      asks: [
        { as: MALLORY, headers: [['Accept-Encoding', 'gzip']] },
        { as: ALICE },
        { as: BOB, headers: [['Accept-Encoding', 'identity']] },
        { as: 'carol', headers: [['Accept-Encoding', 'gzip;q=0']] },
        { as: 'dave', headers: [['Accept-Encoding', 'br, GZIP;q=0.1']] },
      ],
      exact: true,
    },
    {
      name: 'names far beyond what a key can hold',
      view: (call) => ({
        fields: [['Vary', Array.from({ length: 200 }, (_, n) => `x-${n}`).join(',')]],
        body: `page for ${secretly(call, 'x-150')}`,
      }),
      asks: byField('X-150'),
    },
  ],
}

export const setCookie: Hazard = {
  title: 'Set-Cookie',
  harm: 'one visitor’s session cookie is given to the next',
  together: true,
  attacks: [
    ...['Set-Cookie', 'set-cookie', 'SET-COOKIE'].flatMap((name) => {
      return settingCookies(name, (call) => ({
        fields: [[name, `sid=${secretly(call)}`]],
        body: 'welcome',
      }))
    }),
    ...settingCookies('two cookies', (call) => ({
      fields: [
        ['Set-Cookie', 'theme=dark'],
        ['Set-Cookie', `sid=${secretly(call)}`],
      ],
      body: 'welcome',
    })),
    ...settingCookies('with public and a long life', (call) => ({
      fields: [
        ['Cache-Control', 'public, max-age=3600, s-maxage=3600'],
        ['Set-Cookie', `sid=${secretly(call)}`],
      ],
      body: 'welcome',
    })),
    ...settingCookies('with CDN-Cache-Control', (call) => ({
      fields: [
        ['CDN-Cache-Control', 'max-age=3600'],
        ['Set-Cookie', `sid=${secretly(call)}`],
      ],
      body: 'welcome',
    })),
    ...settingCookies('with Vary: Cookie', (call) => ({
      fields: [
        ['Vary', 'Cookie'],
        ['Set-Cookie', `sid=${secretly(call, 'x-who')}`],
      ],
      body: 'welcome',
    })),
    {
      name: 'set by a layer before the cache',
      profile: 'early',
      view: () => ({ body: 'welcome' }),
      asks: signedInAsks,
    },
    {
      name: 'set by a layer on the way out',
      profile: 'rolling',
      view: () => ({ body: 'welcome' }),
      asks: signedInAsks,
    },
    {
      name: 'set by a layer on the way out, of a page that may be kept',
      profile: 'rolling',
      view: () => ({ fields: [['Cache-Control', 'public, max-age=600']], body: 'welcome' }),
      asks: signedInAsks,
    },
  ],
}

function settingCookies(name: string, view: (call: Call) => Made): readonly Attack[] {
  const cve = ['CVE-2022-24894', 'CVE-2026-35192', 'GHSA-3h9f-r86x-qvjx']
  return [
    { name, cve, view, asks: signedInAsks },
    // Nobody sends a cookie, and everybody is given one.
    {
      name: `${name}, to visitors without one`,
      cve,
      view: (call) => {
        const made = view(call)
        const who = secretly(call, 'x-who')
        return {
          ...made,
          fields: (made.fields ?? []).map(([field, value]) => {
            return [field, value.replace(/nothing$/, who)] as const
          }),
        }
      },
      asks: byField('X-Who'),
    },
  ]
}

export const authorization: Hazard = {
  title: 'Authorization',
  harm: 'what one caller’s token opened is given to callers with another, or with none',
  together: true,
  attacks: [
    {
      name: 'the page of a token',
      cve: ['CVE-2026-44457'],
      view: (call) => ({ body: `secret of ${secretly(call, 'authorization')}` }),
      asks: [...byField('Authorization', (as) => `Bearer ${as}`), { as: 'nobody' }],
    },
    {
      name: 'the page of a token that the view reads openly',
      view: (call) => ({ body: `secret of ${call.header('authorization') ?? 'nobody'}` }),
      asks: [...byField('Authorization', (as) => `Bearer ${as}`), { as: 'nobody' }],
    },
    {
      name: 'refused without a token: the first to ask has one',
      view: (call) => {
        const token = secretly(call, 'authorization')
        return token === 'nothing' ? { status: 401, body: 'who?' } : { body: `for ${token}` }
      },
      asks: [...byField('Authorization', (as) => `Bearer ${as}`), { as: 'nobody' }],
      exact: true,
    },
    {
      name: 'a broken permission',
      view: (call) => ({
        fields: [['Cache-Control', 'public="x", max-age=60, ="']],
        body: `secret of ${secretly(call, 'authorization')}`,
      }),
      asks: byField('Authorization', (as) => `Bearer ${as}`),
    },
    {
      name: 'permitted for all with a token, and not for those without',
      view: (call) => ({
        fields: [['Cache-Control', 'public, max-age=60']],
        body: secretly(call, 'authorization') === 'nothing' ? 'please sign in' : 'for members',
      }),
      asks: [...byField('Authorization', () => 'Bearer any'), { as: 'nobody' }],
      exact: true,
    },
    {
      name: 'an empty Authorization',
      view: (call) => ({ body: `secret of [${secretly(call, 'authorization')}]` }),
      asks: [
        { as: 'empty', headers: [['Authorization', '']] },
        { as: ALICE, headers: [['Authorization', ALICE]] },
        { as: 'nobody' },
      ],
      exact: true,
    },
  ],
}
