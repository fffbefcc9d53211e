import { ALICE, type Ask, type Attack, BOB, type Call, type Hazard, MALLORY } from '../attack.ts'
import { asking, secretly, showing, signedInAsks } from '../asking.ts'

const ALL = ['No-Vary-Search', 'params'] as const
const SOME = ['No-Vary-Search', 'params=("a")'] as const

/** Everybody with a cookie and a query of their own. */
const byQuery: readonly Ask[] = signedInAsks.map((ask, at) => ({ ...ask, path: `?a=${at}` }))

const promising: readonly Attack[] = (
  [
    ['a cookie that is read', 'plain', (call: Call) => call.cookie('sid'), []],
    ['the session', 'plain', (call: Call) => call.session()?.basket, []],
    ['Vary', 'plain', (call: Call) => secretly(call), [['Vary', 'Cookie']]],
    ['private', 'plain', (call: Call) => secretly(call), [['Cache-Control', 'private']]],
    ['the option user', 'users', (call: Call) => call.user(), []],
    ['the option anonymousOnly', 'anonymous', (call: Call) => call.user(), []],
  ] as const
).map(([how, profile, who, fields]) => ({
  name: `all queries are alike, and pages differ by ${how}`,
  profile,
  view: (call) => ({ ...showing(who)(call), fields: [ALL, ...fields] }),
  asks: byQuery,
  exact: true,
}))

/** All of the query but what the page says to make no difference. */
function rest(call: Call): unknown {
  const mark = call.url.indexOf('?')
  const query = new URLSearchParams(mark === -1 ? '' : call.url.slice(mark))
  return [...query].filter(([name]) => name !== 'a')
}

/** The page of nobody promises, those of others do not, or no longer. */
const sometimes = (field: readonly [string, string]): Attack['view'] => {
  return (call) => {
    const isPromise = secretly(call, 'x-promise') !== 'nothing'
    const life = ['Cache-Control', 'max-age=1'] as const
    if (isPromise) return { fields: [field, life], body: 'for all' }
    return { fields: [life], body: `for ${call.query('a')}` }
  }
}

const OWN_WORD = 'it is the page’s own word that these queries are one'

const noLonger: readonly Ask[] = [
  { as: 'nobody', path: '?a=0', headers: [['X-Promise', '1']] },
  ...[ALICE, BOB, MALLORY].map((as) => ({ as, path: `?a=${as}` })),
]

export const noVarySearch: Hazard = {
  title: 'No-Vary-Search',
  harm: 'a view promises that a parameter makes no difference, and pages of other queries, users or variants are given for it',
  together: true,
  attacks: [
    ...promising,
    {
      name: 'another parameter than the promised one is shown',
      view: (call) => ({ fields: [SOME], body: `for ${call.query('who')}` }),
      asks: [ALICE, BOB, MALLORY].map((as, at) => ({ as, path: `?a=${at}&who=${as}` })),
      exact: true,
    },
    ...[
      ['?a=1&b=1', '?b=2&a=1', '?a=2', '?a=3&b=1&b=2', ''],
      ['?A=1', '?a=1', '?A=2&a=2', '?%41=3', '?%61=1&b=1'],
      ['?a[]=1', '?a[]=2', '?a=1', '?a%5B%5D=3', '?a%00=1'],
      ['?b=a=1', '?b&a=1', '?b=%26a=1', '?a=1%26b=2', '?b=1;a=2'],
    ].map((spellings) => ({
      name: `a parameter is promised: ${spellings.slice(0, 3).join(' and ')}`,
      view: (call: Call) => ({ ...showing(rest)(call), fields: [SOME] }),
      asks: asking(spellings),
      exact: true,
    })),
    {
      name: 'the promised parameter itself is shown',
      view: (call) => ({ ...showing(() => call.query('a'))(call), fields: [SOME] }),
      asks: asking(['?a=1', '?a=2', '?a=3']),
      exact: true,
      lesser: OWN_WORD,
    },
    ...[ALL, SOME].flatMap((field) => [
      {
        name: `a page that says ${field[1]}, and then no longer`,
        view: sometimes(field),
        asks: noLonger,
        pause: 2000,
        exact: true,
      },
      {
        name: `a page that says ${field[1]}, among those that do not`,
        view: sometimes(field),
        asks: noLonger,
        exact: true,
      },
    ]),
    ...['params, params=("b")', 'params=(a)', 'params=?0', 'params;x, evil', 'params=("a'].map(
      (value): Attack => ({
        name: `a promise that is none: ${value}`,
        view: (call) => ({
          fields: [['No-Vary-Search', value]],
          body: `for ${call.query('a')}`,
        }),
        asks: [ALICE, BOB, MALLORY].map((as) => ({ as, path: `?a=${as}` })),
        exact: true,
      }),
    ),
  ],
}
