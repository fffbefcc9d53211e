import { asksAgain, keeps, makes } from './idioms.ts'
import type { Play, Section } from './requirement.ts'

const MINUTE = { 'Cache-Control': 'max-age=60' }
const status = (value: string | RegExp) => ({ fields: { 'cache-status': value } })

/** The first answer to GET says this of itself. */
function first(fields: Readonly<Record<string, string>>, value: string | RegExp): Play {
  return (stage) => [
    stage.client('a').asks('/p'),
    stage.view.answers({ fields }),
    stage.client('a').gets(status(value)),
  ]
}

export const cacheStatus: Section = {
  title: 'RFC 9211: Cache-Status',
  requirements: [
    {
      id: '9211-2-list',
      level: 'MUST',
      says: 'It is a list of caches, ours the last of them, by a name that is a token.',
      plays: [
        first({ ...MINUTE, 'Cache-Status': 'inner; hit' }, /^inner; hit, breakwater;/),
        first(MINUTE, /^breakwater;/),
      ],
    },
    {
      id: '9211-2.1-hit',
      level: 'MUST',
      says: 'An answer from the cache says `hit`, and nothing of having asked.',
      plays: [
        (stage) => [
          ...makes(stage, { fields: MINUTE }),
          ...keeps(stage, status('breakwater; hit; ttl=60')),
        ],
      ],
    },
    {
      id: '9211-2.2-fwd',
      level: 'MUST',
      says: 'Any other says with `fwd` why the view was asked.',
      plays: [
        first(MINUTE, /^breakwater; fwd=uri-miss/),
        (stage) => [
          ...makes(stage, { fields: { ...MINUTE, Vary: 'X-A' } }),
          ...asksAgain(
            stage,
            { fields: { 'X-A': '1' } },
            { fields: { ...MINUTE, Vary: 'X-A' } },
            status(/^breakwater; fwd=vary-miss/),
          ),
        ],
        first({ 'Cache-Control': 'private' }, /^breakwater; fwd=/),
      ],
    },
    {
      id: '9211-2.3-fwd-status',
      level: 'MUST',
      says: '`fwd-status` is what the view answered, where the client gets another.',
      plays: [
        (stage) => {
          const fields = { ...MINUTE, ETag: '"a"' }
          return [
            ...makes(stage, { fields }),
            stage.time.passes('61s'),
            ...asksAgain(
              stage,
              {},
              { status: 304, fields },
              { status: 200, body: 'page 1', ...status(/; fwd=stale; fwd-status=304(?:;|$)/) },
            ),
          ]
        },
      ],
    },
    {
      id: '9211-2.4-ttl',
      level: 'MUST',
      says: '`ttl` is what is left of the page’s life, in seconds.',
      plays: [
        (stage) => [
          ...makes(stage, { fields: { ...MINUTE, Age: '10' } }),
          stage.time.passes('20s'),
          ...keeps(stage, status(/; ttl=30(?:;|$)/)),
        ],
      ],
    },
    {
      id: '9211-2.4-negative',
      level: 'MUST',
      says: 'For a stale page it is negative.',
      plays: [
        (stage) => [
          ...makes(stage, { fields: { 'Cache-Control': 'max-age=60, stale-while-revalidate=60' } }),
          stage.time.passes('75s'),
          ...keeps(stage, status(/; ttl=-15(?:;|$)/)),
          stage.view.answers({ fields: MINUTE }),
          stage.store.settles(),
        ],
      ],
    },
    {
      id: '9211-2.5-stored',
      level: 'MUST',
      says: '`stored` is said of what is kept, and not of what is not.',
      plays: [
        first(MINUTE, /; stored(?:;|$)/),
        first({ 'Cache-Control': 'no-store' }, /^(?!.*; stored)/),
      ],
    },
    {
      id: '9211-2.6-collapsed',
      level: 'MUST',
      says: '`collapsed` is said of a request that waited for another’s page.',
      plays: [
        (stage) => [
          stage.client('a').asks('/p'),
          stage.view.receives(),
          stage.client('b').asks('/p'),
          stage.store.isAsked(2),
          stage.view.answers({ fields: MINUTE }),
          stage
            .client('b')
            .gets({ body: 'page 1', ...status(/; fwd=uri-miss.*; collapsed(?:;|$)/) }),
        ],
      ],
    },
    {
      id: '9211-2.8-detail',
      level: 'MAY',
      says: '`detail` says why a page is not kept.',
      plays: [
        first({ ...MINUTE, 'Set-Cookie': 'a=b' }, /; detail="?set-cookie"?(?:;|$)/),
        first({ 'Cache-Control': 'private' }, /; detail="?private"?(?:;|$)/),
      ],
    },
    {
      id: '9211-6-leak',
      level: 'policy',
      says: 'It is switched off in production, and never tells a key.',
      plays: [first(MINUTE, /^(?!.*; key=)/)],
      why: 'The text warns of telling attackers how a cache keys its pages.',
    },
  ],
}
