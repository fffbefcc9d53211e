import { type Ask, type Attack, type Call } from '../attack.ts'
import { byFieldOrNot, secretly } from '../asking.ts'
import type { Fields } from './protected-by.ts'

const STANDS_IN = ['Cache-Control', 'max-age=1, stale-if-error=600'] as const

/** Alice and Bob have pages, then the view fails everybody, and some of them have none. */
function failed(name: string, value?: (as: string) => string): readonly Ask[] {
  const [alice, bob, ...others] = byFieldOrNot(name, value) as [Ask, Ask, ...Ask[]]
  const fails = [alice, bob, ...others].map((ask) => ({
    ...ask,
    headers: [...(ask.headers ?? []), ['X-Fails', '1'] as const],
  }))
  return [alice, bob, ...fails]
}

const byCookie = failed('Cookie', (as) => `sid=${as}`)

type Who = (call: Call) => string | undefined

const PROTECTED: readonly (readonly [
  name: string,
  profile: NonNullable<Attack['profile']>,
  who: Who,
  fields: Fields,
  asks: readonly Ask[],
])[] = [
  ['a cookie that is read', 'plain', (call) => call.cookie('sid'), [STANDS_IN], byCookie],
  ['the session', 'plain', (call) => call.session()?.basket, [STANDS_IN], byCookie],
  ['the option user', 'users', (call) => call.user(), [STANDS_IN], byCookie],
  ['the option anonymousOnly', 'anonymous', (call) => call.user(), [STANDS_IN], byCookie],
  ['Vary: Cookie', 'plain', (call) => secretly(call), [STANDS_IN, ['Vary', 'Cookie']], byCookie],
  [
    'Vary: Cookie, staleIfError',
    'failing',
    (call) => secretly(call),
    [
      ['Cache-Control', 'max-age=1'],
      ['Vary', 'Cookie'],
    ],
    byCookie,
  ],
  [
    'a cookie that is read, staleIfError',
    'failing',
    (call) => call.cookie('sid'),
    [['Cache-Control', 'max-age=1']],
    byCookie,
  ],
  [
    'Vary: X-Who',
    'plain',
    (call) => secretly(call, 'x-who'),
    [STANDS_IN, ['Vary', 'X-Who']],
    failed('X-Who'),
  ],
  [
    'private',
    'failing',
    (call) => secretly(call),
    [['Cache-Control', 'private, max-age=1, stale-if-error=600']],
    byCookie,
  ],
  [
    'Set-Cookie',
    'failing',
    (call) => secretly(call),
    [STANDS_IN, ['Set-Cookie', 'theme=dark']],
    byCookie,
  ],
  [
    'Authorization',
    'failing',
    (call) => secretly(call, 'authorization'),
    [STANDS_IN],
    failed('Authorization'),
  ],
]

const FAILURES: readonly (readonly [name: string, status: number | undefined])[] = [
  ['is answered 500', 500],
  ['is answered 503', 503],
  ['throws', undefined],
]

/** A page must not stand in for the failure of another's. */
export const failing: readonly Attack[] = [
  ...FAILURES.flatMap(([how, status]) => {
    return PROTECTED.map(([by, profile, who, fields, asks]): Attack => ({
      name: `a view that ${how}, pages by ${by}`,
      profile,
      view: (call) => failingView(call, who, fields, status),
      asks,
      lesser: 'a client’s own page stands in for an error',
    }))
  }),
  ...['must-revalidate', 'proxy-revalidate', 's-maxage=1', 'no-cache'].map((word): Attack => ({
    name: `a view that fails, whose page said ${word}`,
    profile: 'failing',
    view: (call) =>
      failingView(
        call,
        () => 'all',
        [
          ['Cache-Control', `max-age=1, stale-if-error=600, ${word}`],
          ['ETag', '"v1"'],
        ],
        503,
      ),
    asks: byCookie,
    exact: true,
    alone: true,
  })),
]

function failingView(call: Call, who: Who, fields: Fields, status: number | undefined) {
  if (secretly(call, 'x-fails') === 'nothing') return { fields, body: `for ${who(call)}` }
  if (status === undefined) throw new Error('The view is broken.')
  return { status, body: 'failed' }
}
