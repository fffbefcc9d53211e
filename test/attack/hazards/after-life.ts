import { failing } from './failing.ts'
import { type Attack, type Call, type Hazard, type Made } from '../attack.ts'
import { byField, secretly, showing, signedInAsks } from '../asking.ts'
import type { Fields } from './protected-by.ts'

const SOON_OVER = ['Cache-Control', 'max-age=1'] as const
const TAG = ['ETag', '"v1"'] as const
/** Not of these very bytes, so that a 304 with it may be another page's. */
const WEAK_TAG = ['ETag', 'W/"v1"'] as const

/** A view that knows one tag, and by it says that nothing has changed. */
function tagged(
  whole: (call: Call) => Made,
  fresh?: (call: Call) => Fields,
  tag: readonly [name: string, tag: string] = TAG,
): Attack['view'] {
  return (call) => {
    const made = whole(call)
    const fields = [tag, ...(made.fields ?? [])]
    const isKnown = secretly(call, 'if-none-match') === tag[1]
    return isKnown ? { status: 304, fields: fresh?.(call) ?? fields } : { ...made, fields }
  }
}

/** For nobody the page of all, and for somebody that page with these fields. */
function withFields(of: (who: string) => Fields): Attack['view'] {
  return tagged((call) => {
    const who = secretly(call, 'x-who')
    return { fields: who === 'nothing' ? [SOON_OVER] : of(who), body: 'page' }
  })
}

/** The page of all is kept, then its time is over and somebody asks, again and again. */
const somebodyLater = [{ as: 'nobody' }, ...byField('X-Who'), { as: 'nobody2' }]

/** Everybody twice, so that everybody's own page is past its life once. */
const everybodyTwice = [...signedInAsks, ...signedInAsks.map((ask) => ({ ...ask }))]

const UNSELECTED =
  'whoever waits for a page that is for all is given it, and a view that said 304 where it should not can be run again in web terms alone'

const FOR_ALL =
  'whoever waits for a page that is for all is given it, though an own one would differ'

/** What a 304 may say of somebody, beside a page that is kept for all. */
const FRESHENED: readonly (readonly [name: string, of: (who: string) => Fields])[] = [
  ['Set-Cookie', (who) => [SOON_OVER, ['Set-Cookie', `sid=${who}`]]],
  [
    'private',
    (who) => [
      ['Cache-Control', 'private'],
      ['X-Customer', who],
    ],
  ],
  [
    'PRIVATE in a list',
    (who) => [
      ['Cache-Control', 'max-age=60, PRIVATE'],
      ['X-Customer', who],
    ],
  ],
  [
    'no-store',
    (who) => [
      ['Cache-Control', 'no-store'],
      ['X-Customer', who],
    ],
  ],
  [
    'private for the CDN',
    (who) => [SOON_OVER, ['CDN-Cache-Control', 'private'], ['X-Customer', who]],
  ],
]

const revalidating: readonly Attack[] = [
  {
    name: 'one tag for the pages of all users, by a cookie that is read',
    view: tagged((call) => ({ fields: [SOON_OVER], body: `for ${call.cookie('sid')}` })),
    asks: everybodyTwice,
  },
  {
    name: 'one tag for the pages of all users, by Vary',
    view: tagged((call) => ({
      fields: [SOON_OVER, ['Vary', 'Cookie']],
      body: `for ${secretly(call)}`,
    })),
    asks: everybodyTwice,
  },
  {
    name: 'one tag for the pages of all users, by the option',
    profile: 'users',
    view: tagged((call) => ({ fields: [SOON_OVER], body: `for ${call.user()}` })),
    asks: everybodyTwice,
  },
  {
    name: 'one tag for the pages of all users, where pages are kept for nobody alone',
    profile: 'anonymous',
    view: tagged((call) => ({ fields: [SOON_OVER], body: `for ${call.user()}` })),
    asks: everybodyTwice,
  },
  {
    name: 'one tag for the pages of all tokens',
    view: tagged((call) => ({
      fields: [SOON_OVER],
      body: `for ${secretly(call, 'authorization')}`,
    })),
    asks: [...byField('Authorization'), { as: 'nobody' }, ...byField('Authorization')],
  },
  {
    name: 'a client’s own tag is the tag of another’s page',
    view: tagged((call) => ({
      fields: [SOON_OVER, ['Vary', 'X-Who']],
      body: `for ${secretly(call, 'x-who')}`,
    })),
    asks: [...byField('X-Who'), ...byField('X-Who')].map((ask, at) => ({
      ...ask,
      headers: [...(ask.headers ?? []), ...(at > 2 ? [['If-None-Match', '"v0"'] as const] : [])],
    })),
  },
  {
    name: 'a 304 that names the tag of another’s page',
    view: tagged(
      (call) => ({ fields: [SOON_OVER, ['Vary', 'Cookie']], body: `for ${secretly(call)}` }),
      () => [['ETag', '"of-another"']],
    ),
    asks: everybodyTwice,
  },
  {
    name: 'a 304 that names the page of another variant',
    view: tagged(
      (call) => ({
        fields: [SOON_OVER, ['Vary', 'X-Who']],
        body: `for ${secretly(call, 'x-who')}`,
      }),
      () => [
        WEAK_TAG,
        ['Content-Location', '/another'],
        ['Last-Modified', 'Thu, 01 Jan 2026 00:00:00 GMT'],
      ],
      WEAK_TAG,
    ),
    asks: [...byField('X-Who'), ...byField('X-Who')],
  },
  {
    name: 'a 304 that depends on what the page was not selected by',
    view: tagged((call) => {
      const who = secretly(call, 'x-who')
      return who === 'nothing'
        ? { fields: [SOON_OVER], body: 'page' }
        : { fields: [SOON_OVER, ['Vary', 'X-Who']], body: `for ${who}` }
    }),
    asks: somebodyLater,
    lesser: UNSELECTED,
  },
  {
    name: 'a 304 that depends on everything',
    view: tagged((call) => {
      const who = secretly(call, 'x-who')
      return who === 'nothing'
        ? { fields: [SOON_OVER], body: 'page' }
        : { fields: [SOON_OVER, ['Vary', '*']], body: `for ${who}` }
    }),
    asks: somebodyLater,
    lesser: UNSELECTED,
  },
  {
    name: 'a 304 of which a field is made of a cookie',
    view: tagged((call) => {
      // The first page does not look at it.
      const who = secretly(call, 'x-who') === 'nothing' ? 'all' : call.header('x-who')
      return { fields: [SOON_OVER, ['X-Customer', String(who)]], body: 'page' }
    }),
    asks: somebodyLater,
    exact: true,
    alone: true,
  },
  ...FRESHENED.flatMap(([name, fields]): Attack[] => {
    const view = withFields(fields)
    const attack = { name: `a 304 with ${name}`, view, asks: somebodyLater }
    return [
      { ...attack, exact: true, alone: true },
      { ...attack, name: `${attack.name}, by a crowd`, lesser: FOR_ALL },
    ]
  }),
]

const asked: readonly Attack[] = [
  {
    name: 'no-cache, and a tag for each user',
    view: (call) => {
      const who = secretly(call)
      const tag = `"v-${who.length}-${who.slice(-4)}"`
      const fields: Fields = [
        ['Cache-Control', 'no-cache'],
        ['ETag', tag],
      ]
      const isKnown = secretly(call, 'if-none-match') === tag
      return isKnown ? { status: 304, fields } : { fields, body: `for ${who}` }
    },
    asks: everybodyTwice,
    exact: true,
  },
  ...(
    [
      ['by a cookie that is read', 'plain', (call: Call) => call.cookie('sid'), []],
      ['by Vary', 'plain', (call: Call) => secretly(call), [['Vary', 'Cookie']]],
      ['by the option', 'users', (call: Call) => call.user(), []],
      ['and private', 'plain', (call: Call) => secretly(call), [['Cache-Control', 'private']]],
      ['and a cookie', 'plain', (call: Call) => secretly(call), [['Set-Cookie', 'theme=dark']]],
    ] as const
  ).map(([how, profile, who, fields]): Attack => ({
    name: `no-cache, and one tag for all users, ${how}`,
    profile,
    view: tagged((call) => ({
      ...showing(who)(call),
      fields: [['Cache-Control', 'no-cache'], ...fields],
    })),
    asks: everybodyTwice,
    exact: true,
  })),
]

export const afterLife: Hazard = {
  title: 'after its life',
  harm: 'a page past its life is given to another than it was made for, because its view says 304 or fails',
  together: true,
  attacks: [...revalidating, ...failing, ...asked].map((attack) => ({ pause: 2000, ...attack })),
}
