import { asksAgain, keeps, kept, keptFor, makes, notKept } from '../idioms.ts'
import { notOurs, type Section } from '../requirement.ts'

const cc = (...lines: readonly string[]) => ({ 'Cache-Control': lines })
const MINUTE = cc('max-age=60')
const LATER = 'Fri, 01 Jan 2027 00:00:00 GMT'

export const syntax: Section = {
  title: 'RFC 9111 §5.2: reading Cache-Control',
  requirements: [
    {
      id: '5.2-case',
      level: 'MUST',
      says: 'The case of a directive does not matter.',
      plays: [
        kept(cc('MaX-aGe=60')),
        kept(cc('S-MAXAGE=60')),
        notKept(cc('No-StOrE, max-age=60')),
        notKept(cc('max-age=60, PRIVATE')),
        notKept(cc('NO-CACHE, max-age=60')),
      ],
    },
    {
      id: '5.2-forms',
      level: 'MUST',
      says: 'An argument means the same as a token and as a quoted string.',
      plays: [
        keptFor(60, cc('max-age="60"')),
        keptFor(60, cc('s-maxage="60", max-age="3600"')),
        notKept(cc('max-age="0"')),
        notKept(cc('max-age=60, private=set-cookie')),
      ],
    },
    {
      id: '5.2-list',
      level: 'MUST',
      says: 'Empty members, blanks around commas and several lines are one list.',
      plays: [
        keptFor(60, cc(',, max-age=60 ,\t,')),
        keptFor(60, cc('', 'max-age=60')),
        notKept(cc('max-age=60', 'no-store')),
        notKept(cc('max-age=60 ,no-store,')),
      ],
    },
    {
      id: '5.2-quoted',
      level: 'MUST',
      says: 'What stands within a quoted argument is no directive.',
      plays: [
        notKept(cc('extension="max-age=3600", max-age=0')),
        notKept(cc('max-age=0, extension="max-age=3600"')),
        notKept(cc('extension="a\\", max-age=3600"')),
        keptFor(60, cc('extension="max-age=0, s-maxage=1", max-age=60')),
      ],
    },
    {
      id: '5.2.3-unknown',
      level: 'MUST',
      says: 'Directives that nobody knows are passed over.',
      plays: [
        kept(cc('foobar, max-age=60')),
        kept(cc('max-age=60, foobar=1, x="a, b"')),
        kept(cc('max-age=60, immutable')),
        notKept(cc('foobar=60')),
      ],
    },
    {
      id: '5.2-odd',
      level: 'policy',
      says: 'What breaks the grammar and may have been meant to forbid, forbids.',
      plays: [
        'max-age=60; private',
        'max-age=60 no-store',
        'max-age=60, "no-store"',
        "max-age=60, 'private'",
        'max-age=60, no_store',
        'max-age=60, private="set-cookie',
        'max-age=60, x="no-store"',
      ].map((control) => notKept({ 'Cache-Control': control })),
      why: 'Caches have leaked pages because they stopped at a blank or a quote.',
    },
  ],
}

const REQUEST_DIRECTIVES = [
  ['max-age', 'max-age=0'],
  ['max-age', 'max-age=1'],
  ['min-fresh', 'min-fresh=3600'],
  ['no-cache', 'no-cache'],
  ['no-store', 'no-store'],
  ['no-transform', 'no-transform'],
  ['only-if-cached', 'only-if-cached'],
  ['unknown', 'nothing-to-see-here'],
] as const

export const requests: Section = {
  title: 'RFC 9111 §5.2.1 and §5.4: directives of requests',
  requirements: [
    ...[...new Set(REQUEST_DIRECTIVES.map(([name]) => name))].map((name) => ({
      id: `5.2.1-${name}`,
      level: 'policy' as const,
      says: `\`${name}\` of a client changes nothing.`,
      plays: REQUEST_DIRECTIVES.filter(([each]) => each === name).map(([, control]) => {
        return (stage: Parameters<ReturnType<typeof kept>>[0]) => [
          ...makes(stage, { fields: cc('max-age=3600') }, { fields: { 'Cache-Control': control } }),
          stage.time.passes('10s'),
          ...keeps(stage, { age: 10 }, { fields: { 'Cache-Control': control } }),
        ]
      }),
      why: 'Directives of requests are advice (§5.2.1). A cache at the origin that took it would let any client have every page made anew.',
    })),
    {
      id: '5.2.1-max-stale',
      level: 'policy',
      says: '`max-stale` of a client gets it nothing stale.',
      plays: [
        (stage) => [
          ...makes(stage, { fields: MINUTE }),
          stage.time.passes('61s'),
          ...asksAgain(stage, { fields: { 'Cache-Control': 'max-stale' } }),
        ],
      ],
      why: 'As above.',
    },
    {
      id: '5.2.1-forwarded',
      level: 'policy',
      says: '`only-if-cached` does not keep a request from the view.',
      plays: [
        (stage) => [
          ...makes(stage, { fields: MINUTE }, { fields: { 'Cache-Control': 'only-if-cached' } }),
        ],
      ],
      why: 'As above.',
    },
    {
      id: '5.4-pragma',
      level: 'policy',
      says: 'Pragma of a client changes nothing.',
      plays: [kept(MINUTE, {}, { fields: { Pragma: 'no-cache' } })],
      why: 'As above; RFC 9111 has made the field obsolete.',
    },
    {
      id: '5.4-pragma-response',
      level: 'policy',
      says: 'Pragma: no-cache of a view that says no Cache-Control is taken at its word.',
      plays: [
        notKept({ Pragma: 'no-cache', Expires: LATER }),
        kept({ Pragma: 'no-cache', ...MINUTE }),
      ],
      why: 'The field has no meaning in a response; those who write it mean this.',
    },
    {
      id: '5.5-warning',
      level: 'policy',
      says: 'Warning is not generated; one that the view sends goes out as it is.',
      plays: [
        (stage) => [
          ...makes(stage, { fields: MINUTE }),
          ...keeps(stage, { fields: { warning: undefined } }),
        ],
      ],
      why: 'RFC 9111 has made the field obsolete.',
    },
  ],
}

export const responses: Section = {
  title: 'RFC 9111 §5.2.2 and §5.3: directives of responses',
  requirements: [
    {
      id: '5.2.2.1-max-age',
      level: 'MUST NOT',
      says: 'After `max-age` a page is stale.',
      plays: [keptFor(60, MINUTE)],
    },
    {
      id: '5.2.2.2-must-revalidate',
      level: 'MUST NOT',
      says: 'With `must-revalidate` a stale page is never used; a fresh one is as any other.',
      plays: [keptFor(60, cc('max-age=60, must-revalidate'))],
    },
    {
      id: '5.2.2.3-must-understand',
      level: 'MUST NOT',
      says: 'With `must-understand` nothing is kept of a status that is not understood.',
      plays: [
        notKept({ status: 599, fields: cc('max-age=60, no-store, must-understand') }),
        notKept({ status: 299, fields: cc('max-age=60, must-understand') }),
      ],
    },
    {
      id: '5.2.2.3-no-store',
      level: 'SHOULD',
      says: 'Beside it `no-store` is passed over where the status is understood.',
      plays: [200, 404].map((status) => {
        return kept({ status, fields: cc('max-age=60, no-store, must-understand') })
      }),
    },
    {
      id: '5.2.2.4-no-cache',
      level: 'MUST NOT',
      says: 'With `no-cache` no page is used without asking.',
      plays: [
        notKept(cc('no-cache')),
        notKept({ ...cc('max-age=60, no-cache'), Expires: LATER }),
        notKept(cc('no-cache', 's-maxage=60')),
      ],
    },
    {
      id: '5.2.2.4-qualified',
      level: 'policy',
      says: '`no-cache` that names fields counts as one that does not.',
      plays: [
        notKept(cc('no-cache="a"', 'max-age=60')),
        notKept(cc('max-age=60, no-cache="a, b"')),
        notKept(cc('max-age=60, no-cache=""')),
      ],
      why: 'The text allows it, and caches that took it apart have leaked.',
    },
    {
      id: '5.2.2.5-no-store',
      level: 'MUST NOT',
      says: 'A response with `no-store` leaves nothing behind.',
      plays: [
        notKept(cc('no-store')),
        notKept(cc('no-store, max-age=60')),
        notKept(cc('no-store=1')),
      ],
    },
    {
      id: '5.2.2.6-no-transform',
      level: 'MUST NOT',
      says: 'The bytes of a page are those of the view.',
      plays: [kept({ fields: cc('max-age=60, no-transform'), body: 'page 1' })],
    },
    {
      id: '5.2.2.7-private',
      level: 'MUST NOT',
      says: 'A response with `private` is not kept.',
      plays: [notKept(cc('private, max-age=60')), notKept({ ...cc('private'), Expires: LATER })],
    },
    {
      id: '5.2.2.7-qualified',
      level: 'policy',
      says: '`private` that names fields counts as one that does not.',
      plays: [
        notKept(cc('private="set-cookie", max-age=60')),
        notKept(cc('max-age=60, private=""')),
      ],
      why: 'The text allows it.',
    },
    {
      id: '5.2.2.8-proxy-revalidate',
      level: 'MUST NOT',
      says: '`proxy-revalidate` means for a shared cache what `must-revalidate` means for all.',
      plays: [keptFor(60, cc('max-age=60, proxy-revalidate, stale-while-revalidate=60'))],
    },
    {
      id: '5.2.2.9-public',
      level: 'policy',
      says: '`public` allows a page to be kept, but says no time.',
      plays: [notKept(cc('public')), keptFor(60, cc('public, max-age=60'))],
      why: 'No life is guessed.',
    },
    {
      id: '5.2.2.10-s-maxage',
      level: 'MUST NOT',
      says: 'After `s-maxage` a page is stale, and then never used without asking.',
      plays: [keptFor(60, cc('s-maxage=60, stale-while-revalidate=60'))],
    },
    {
      id: '5.3-invalid',
      level: 'MUST',
      says: 'An Expires that is no date, `0` above all, is in the past.',
      plays: ['0', '-1', 'never', ''].map((value) => notKept({ Expires: value })),
    },
    {
      id: '5.3-overridden',
      level: 'MUST',
      says: 'Expires is passed over where `max-age` or `s-maxage` is given.',
      plays: [
        keptFor(60, { ...cc('max-age=60'), Expires: '0' }),
        keptFor(60, { ...cc('s-maxage=60'), Expires: LATER }),
      ],
    },
    notOurs(
      '5.2-generate',
      'MUST NOT',
      'A sender does not write one-sided forms, such as `max-age` in quotes.',
      'The view writes Cache-Control; `cacheControl(...)` writes it right.',
    ),
  ],
}
