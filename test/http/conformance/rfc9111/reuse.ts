import { date } from '../../scenario/fields.ts'
import { asksAgain, keeps, kept, makes, notKept } from '../idioms.ts'
import { notOurs, type Play, type Section } from '../requirement.ts'

const MINUTE = { 'Cache-Control': 'max-age=60' }

export const reuse: Section = {
  title: 'RFC 9111 §4: answers from the cache',
  requirements: [
    {
      id: '4-age',
      level: 'MUST',
      says: 'An answer from the cache carries Age, one field with one number, in the place of any that came.',
      plays: [
        (stage) => [
          ...makes(stage, { fields: { 'Cache-Control': 'max-age=3600' } }),
          ...keeps(stage, { age: 0 }),
          stage.time.passes('90s'),
          ...keeps(stage, { age: 90 }),
        ],
        (stage) => [
          ...makes(stage, { fields: { 'Cache-Control': 'max-age=3600', Age: '30' } }),
          stage.time.passes('10s'),
          ...keeps(stage, { age: 40 }),
        ],
        (stage) => [
          ...makes(stage, { fields: { Expires: date(3600), Age: '30' } }),
          stage.time.passes('10s'),
          ...keeps(stage, { age: 40 }),
        ],
      ],
    },
    {
      id: '4-date',
      level: 'MUST NOT',
      says: 'Date, Expires and Cache-Control are those of the view, never reset.',
      plays: [
        (stage) => [
          ...makes(stage, { fields: { 'Cache-Control': 'max-age=60, x', Expires: date(60) } }),
          stage.time.passes('30s'),
          ...keeps(stage, {
            fields: { date: date(-30), expires: date(30), 'cache-control': 'max-age=60, x' },
          }),
        ],
      ],
    },
    {
      id: '4-write-through',
      level: 'MUST',
      says: 'Unsafe requests always reach the view, and its answer is theirs.',
      plays: ['POST', 'PUT', 'PATCH', 'DELETE', 'M-SEARCH'].map((method) => (stage) => [
        ...makes(stage, { fields: MINUTE }),
        ...asksAgain(stage, { method }, { status: 202, body: 'written' }, { body: 'written' }),
      ]),
    },
    {
      id: '4-newest',
      level: 'MUST',
      says: 'Of several pages that match the newest is used.',
      plays: [
        (stage) => [
          ...makes(stage, { fields: MINUTE }),
          stage.time.passes('60s'),
          ...asksAgain(stage, {}, { fields: MINUTE }),
          ...keeps(stage, { body: 'page 2' }),
        ],
      ],
    },
    {
      id: '4-collapse',
      level: 'MAY',
      says: 'Requests for a page that is being made wait for it, if it turns out to be for all of them.',
      plays: [
        (stage) => [
          stage.client('a').asks('/p'),
          stage.view.receives(),
          stage.client('b').asks('/p'),
          stage.store.isAsked(2),
          stage.view.answers({ fields: MINUTE }),
          stage.client('a').gets({ body: 'page 1' }),
          stage.client('b').gets({ body: 'page 1' }),
        ],
        (stage) => [
          stage.client('a').asks('/p'),
          stage.view.receives(),
          stage.client('b').asks('/p'),
          stage.store.isAsked(2),
          stage.view.answers({ fields: { 'Cache-Control': 'private, max-age=60' } }),
          stage.client('a').gets({ body: 'page 1' }),
          stage.view.answers(),
          stage.client('b').gets({ body: 'page 2' }),
        ],
      ],
    },
    {
      id: '4-head',
      level: 'MAY',
      says: 'HEAD is answered by what GET kept: its status and fields, and no body.',
      plays: [
        (stage) => [
          ...makes(stage, { fields: { ...MINUTE, 'X-A': '1' } }),
          ...keeps(
            stage,
            { status: 200, body: '', age: 0, fields: { 'x-a': '1', 'content-length': '6' } },
            { method: 'HEAD' },
          ),
        ],
      ],
    },
    notOurs(
      '4-no-clock',
      'MUST NOT',
      'A cache without a clock does not use pages without asking.',
      'It runs where there is a clock.',
    ),
  ],
}

const varyOn = (vary: string | readonly string[]) => ({ ...MINUTE, Vary: vary })
const EN = { fields: { Accept: 'a', 'Accept-Language': 'en' } }

/** Keeps both variants side by side. */
const sideBySide: Play = (stage) => [
  ...makes(stage, { fields: varyOn('X-A') }, { fields: { 'X-A': '1' } }),
  ...asksAgain(stage, { fields: { 'X-A': '2' } }, { fields: varyOn('X-A') }),
  ...keeps(stage, {}, { fields: { 'X-A': '1' } }),
  ...keeps(stage, { body: 'page 2' }, { fields: { 'X-A': '2' } }),
]

export const vary: Section = {
  title: 'RFC 9111 §4.1: Vary',
  requirements: [
    {
      id: '4.1-match',
      level: 'MAY',
      says: 'A page is used when all the fields that it varies on are as they were, also when one was and is missing.',
      plays: [
        kept(varyOn('X-A'), { fields: { 'X-A': '1' } }),
        kept(varyOn('X-A, x-b, X-C'), { fields: { 'X-A': '1', 'X-B': '2', 'X-C': '3' } }),
        kept(varyOn('X-A, X-B'), { fields: { 'X-A': '1' } }),
        kept(varyOn(['X-A', 'X-B']), { fields: { 'X-A': '1', 'X-B': '2' } }),
        kept(varyOn('X-A'), { fields: { 'X-A': '1', 'X-B': '2' } }, { fields: { 'X-A': '1' } }),
      ],
    },
    {
      id: '4.1-differ',
      level: 'MUST NOT',
      says: 'It is not used when one of them differs, is missing now, or was missing then; an empty one is not a missing one.',
      plays: [
        notKept(varyOn('X-A'), { fields: { 'X-A': '1' } }, { fields: { 'X-A': '2' } }),
        notKept(varyOn('X-A'), { fields: { 'X-A': '1' } }, {}),
        notKept(varyOn('X-A'), {}, { fields: { 'X-A': '1' } }),
        notKept(varyOn('X-A'), {}, { fields: { 'X-A': '' } }),
        notKept(varyOn('X-A'), { fields: { 'X-A': 'a' } }, { fields: { 'X-A': 'A' } }),
        notKept(
          varyOn('X-A, X-B'),
          { fields: { 'X-A': '1', 'X-B': '2' } },
          { fields: { 'X-A': '1', 'X-B': '3' } },
        ),
        notKept(varyOn(['X-A', 'X-B']), { fields: { 'X-A': '1' } }, { fields: { 'X-B': '1' } }),
        notKept(
          varyOn('X-A, X-B'),
          { fields: { 'X-A': '1', 'X-B': '' } },
          { fields: { 'X-A': '', 'X-B': '1' } },
        ),
      ],
    },
    {
      id: '4.1-star',
      level: 'MUST NOT',
      says: 'A page that varies on `*` is never used, however that is written.',
      plays: [
        '*',
        '*, *',
        ['*', '*'],
        ', *',
        ['', '*'],
        '*, X-A',
        'X-A, *',
        'X-A,*,X-B',
        ' * ',
      ].map((value) => notKept(varyOn(value), { fields: { 'X-A': '1' } })),
    },
    {
      id: '4.1-odd',
      level: 'policy',
      says: 'A Vary that is no list of names counts as `*`.',
      plays: ['X A', '"X-A"', 'X-A; X-B', 'X-*'].map((value) => notKept(varyOn(value))),
      why: 'Whoever wrote it meant something, and nobody knows what.',
    },
    {
      id: '4.1-variants',
      level: 'MAY',
      says: 'Several variants of one address are kept side by side.',
      plays: [sideBySide],
    },
    {
      id: '4.1-union',
      level: 'MUST NOT',
      says: 'Where the answers of an address name different fields, no page is used whose own names do not match.',
      plays: [
        (stage) => [
          ...makes(stage, { fields: varyOn('X-A') }, { fields: { 'X-A': '1', 'X-B': '1' } }),
          ...asksAgain(
            stage,
            { fields: { 'X-A': '2', 'X-B': '1' } },
            { fields: varyOn('X-A, X-B') },
          ),
          ...asksAgain(
            stage,
            { fields: { 'X-A': '2', 'X-B': '2' } },
            { fields: varyOn('X-A, X-B') },
          ),
          ...asksAgain(stage, { fields: { 'X-A': '3' } }, { fields: MINUTE }),
          ...asksAgain(stage, { fields: { 'X-A': '4' } }, { fields: MINUTE }),
        ],
      ],
    },
    {
      id: '4.1-normalise',
      level: 'MAY',
      says: 'Values that mean the same are one: lines joined, languages in any case and with any blanks, codings in any order.',
      plays: [
        kept(varyOn('X-A'), { fields: { 'X-A': '1, 2' } }, { fields: { 'X-A': ['1', '2'] } }),
        kept(
          varyOn('Accept-Language'),
          { fields: { 'Accept-Language': 'en, de;q=0.8' } },
          {
            fields: { 'Accept-Language': ' EN ,de;q=0.80' },
          },
        ),
        kept(
          varyOn('Accept-Encoding'),
          { fields: { 'Accept-Encoding': 'gzip, br' } },
          {
            fields: { 'Accept-Encoding': 'br;q=0.9,GZIP' },
          },
        ),
      ],
    },
    {
      id: '4.1-not-normalised',
      level: 'policy',
      says: 'What a view might tell apart is not made one: the order of languages, blanks in fields that nobody knows.',
      plays: [
        notKept(
          varyOn('Accept-Language'),
          { fields: { 'Accept-Language': 'en, de' } },
          {
            fields: { 'Accept-Language': 'de, en' },
          },
        ),
        notKept(varyOn('X-A'), { fields: { 'X-A': '1,2' } }, { fields: { 'X-A': '1, 2' } }),
      ],
      why: 'Views take the first of two languages of equal weight, and a field may hold a quoted string.',
    },
    {
      id: '4.1-encoded',
      level: 'policy',
      says: 'A page with a content coding is used only for those who accept it, also when the view forgot to say Vary.',
      plays: [
        notKept(
          { ...MINUTE, 'Content-Encoding': 'gzip' },
          { fields: { 'Accept-Encoding': 'gzip' } },
          {},
        ),
      ],
      why: 'Others cannot read it.',
    },
    {
      id: '4.1-named',
      level: 'policy',
      says: 'Vary goes out as the view wrote it.',
      why: 'Caches outside have to know.',
      plays: [
        (stage) => [
          ...makes(stage, { fields: varyOn('Accept, Accept-Language') }, EN),
          ...keeps(stage, { fields: { vary: 'Accept, Accept-Language' } }, EN),
        ],
      ],
    },
  ],
}
