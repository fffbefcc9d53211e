import { date } from '../../scenario/fields.ts'
import { asksAgain, keeps, makes, notKept } from '../idioms.ts'
import { notOurs, type Play, type Section } from '../requirement.ts'
import type { Fields } from '../../scenario/fields.ts'

const MINUTE = { 'Cache-Control': 'max-age=60' }
const MODIFIED = 'Wed, 31 Dec 2025 12:00:00 GMT'

/** A page with these fields is kept; a request with those gets 304, or the page. */
function conditional(page: Fields, request: Fields, status: 200 | 304, method = 'GET'): Play {
  return (stage) => [
    ...makes(stage, { fields: { ...MINUTE, ...page } }),
    ...keeps(
      stage,
      { status, body: status === 304 || method === 'HEAD' ? '' : 'page 1' },
      { fields: request, method },
    ),
  ]
}

export const received: Section = {
  title: 'RFC 9111 §4.3.2, RFC 9110 §13 and §15.4.5: conditional requests of clients',
  requirements: [
    {
      id: '13.1.2-match',
      level: 'SHOULD',
      says: 'If-None-Match with the tag of the page is answered 304.',
      plays: [
        conditional({ ETag: '"a"' }, { 'If-None-Match': '"a"' }, 304),
        conditional({ ETag: '"a"' }, { 'If-None-Match': '"b"' }, 200),
        conditional({ ETag: '""' }, { 'If-None-Match': '""' }, 304),
        conditional({ ETag: '"a,b"' }, { 'If-None-Match': '"x", "a,b"' }, 304),
        conditional({ ETag: '"caf\u00e9"' }, { 'If-None-Match': '"caf\u00e9"' }, 304),
      ],
    },
    {
      id: '13.1.2-weak',
      level: 'MUST',
      says: 'Tags are compared weakly.',
      plays: [
        conditional({ ETag: 'W/"a"' }, { 'If-None-Match': 'W/"a"' }, 304),
        conditional({ ETag: '"a"' }, { 'If-None-Match': 'W/"a"' }, 304),
        conditional({ ETag: 'W/"a"' }, { 'If-None-Match': '"a"' }, 304),
        conditional({ ETag: '"a"' }, { 'If-None-Match': 'w/"a"' }, 200),
      ],
    },
    {
      id: '13.1.2-list',
      level: 'MUST',
      says: 'Any tag of the list will do, wherever it stands, on however many lines.',
      plays: [
        conditional({ ETag: '"a"' }, { 'If-None-Match': '"a", "b", "c"' }, 304),
        conditional({ ETag: '"a"' }, { 'If-None-Match': '"b", "a", "c"' }, 304),
        conditional({ ETag: '"a"' }, { 'If-None-Match': '"b","c",W/"a"' }, 304),
        conditional({ ETag: '"a"' }, { 'If-None-Match': ['"b"', '"a"'] }, 304),
        conditional({ ETag: '"a"' }, { 'If-None-Match': '"b", "c"' }, 200),
      ],
    },
    {
      id: '13.1.2-star',
      level: 'MUST',
      says: '`*` matches whatever there is.',
      plays: [conditional({ ETag: '"a"' }, { 'If-None-Match': '*' }, 304)],
    },
    {
      id: '13.1.2-odd',
      level: 'policy',
      says: 'What is no tag matches none, and the client gets the page.',
      plays: [
        conditional({ ETag: '"a"' }, { 'If-None-Match': 'a' }, 200),
        conditional({ ETag: '"a"' }, { 'If-None-Match': '"a' }, 200),
        conditional({ ETag: '"a"' }, { 'If-None-Match': '' }, 200),
      ],
      why: 'The page is never wrong.',
    },
    {
      id: '13.1.3-since',
      level: 'SHOULD',
      says: 'If-Modified-Since of that moment or later is answered 304.',
      plays: [
        conditional({ 'Last-Modified': MODIFIED }, { 'If-Modified-Since': MODIFIED }, 304),
        conditional({ 'Last-Modified': MODIFIED }, { 'If-Modified-Since': date(0) }, 304),
        conditional(
          { 'Last-Modified': MODIFIED },
          { 'If-Modified-Since': 'Wed, 31 Dec 2025 11:59:59 GMT' },
          200,
        ),
        conditional(
          { 'Last-Modified': MODIFIED },
          { 'If-Modified-Since': 'Wednesday, 31-Dec-25 12:00:00 GMT' },
          304,
        ),
        conditional(
          { 'Last-Modified': MODIFIED },
          { 'If-Modified-Since': 'Wed Dec 31 12:00:00 2025' },
          304,
        ),
      ],
    },
    {
      id: '4.3.2-date',
      level: 'SHOULD',
      says: 'Where the page does not say when it was modified, its Date counts.',
      plays: [
        conditional({}, { 'If-Modified-Since': date(0) }, 304),
        conditional({}, { 'If-Modified-Since': date(60) }, 304),
        conditional({}, { 'If-Modified-Since': date(-1) }, 200),
      ],
    },
    {
      id: '13.1.3-invalid',
      level: 'MUST',
      says: 'One that is no date is passed over.',
      plays: ['yesterday', '0', `${MODIFIED}, ${MODIFIED}`, ''].map((value) => {
        return conditional({ 'Last-Modified': MODIFIED }, { 'If-Modified-Since': value }, 200)
      }),
    },
    {
      id: '13.1.3-precedence',
      level: 'MUST',
      says: 'Beside If-None-Match it is passed over.',
      plays: [
        conditional(
          { ETag: '"a"', 'Last-Modified': MODIFIED },
          { 'If-None-Match': '"b"', 'If-Modified-Since': MODIFIED },
          200,
        ),
        conditional(
          { ETag: '"a"', 'Last-Modified': MODIFIED },
          { 'If-None-Match': '"a"', 'If-Modified-Since': 'Thu, 01 Jan 2015 00:00:00 GMT' },
          304,
        ),
      ],
    },
    {
      id: '13.1.2-head',
      level: 'MUST',
      says: 'Both hold for HEAD as for GET.',
      plays: [
        conditional({ ETag: '"a"' }, { 'If-None-Match': '"a"' }, 304, 'HEAD'),
        conditional({ ETag: '"a"' }, { 'If-None-Match': '"b"' }, 200, 'HEAD'),
        conditional({ 'Last-Modified': MODIFIED }, { 'If-Modified-Since': MODIFIED }, 304, 'HEAD'),
      ],
    },
    {
      id: '13.2.1-status',
      level: 'MUST',
      says: 'Conditions are passed over where the answer without them is no success.',
      plays: [301, 404].map((status) => (stage) => [
        ...makes(stage, { status, fields: { ...MINUTE, ETag: '"a"', 'Last-Modified': MODIFIED } }),
        ...keeps(stage, { status }, { fields: { 'If-None-Match': '"a"' } }),
        ...keeps(stage, { status }, { fields: { 'If-None-Match': '*' } }),
        ...keeps(stage, { status }, { fields: { 'If-Modified-Since': MODIFIED } }),
      ]),
    },
    {
      id: '13.2.1-own',
      level: 'policy',
      says: 'If-Match and If-Unmodified-Since are for the view: a cache does not answer them (RFC 9110 §13.1.1).',
      plays: [
        notKept({ ...MINUTE, ETag: '"a"' }, {}, { fields: { 'If-Match': '"b"' } }),
        notKept(
          { ...MINUTE, 'Last-Modified': MODIFIED },
          {},
          { fields: { 'If-Unmodified-Since': MODIFIED } },
        ),
      ],
      why: 'They speak of the resource as it is, not as it was.',
    },
    {
      id: '15.4.5-fields',
      level: 'MUST',
      says: 'A 304 has what a 200 would have of Cache-Control, Content-Location, Date, ETag, Expires and Vary.',
      plays: [
        (stage) => [
          ...makes(stage, {
            fields: {
              ...MINUTE,
              'Content-Location': '/q',
              ETag: '"a"',
              Expires: date(60),
              Vary: 'X-A',
            },
          }),
          ...keeps(
            stage,
            {
              status: 304,
              body: '',
              age: 0,
              fields: {
                'cache-control': 'max-age=60',
                'content-location': '/q',
                date: date(0),
                etag: '"a"',
                expires: date(60),
                vary: 'X-A',
              },
            },
            { fields: { 'If-None-Match': '"a"' } },
          ),
        ],
      ],
    },
    {
      id: '15.4.5-no-more',
      level: 'SHOULD NOT',
      says: 'It has no other fields of the page, which the client has already.',
      plays: [
        (stage) => [
          ...makes(stage, {
            fields: { ...MINUTE, ETag: '"a"', 'Content-Type': 'text/plain', 'X-A': '1' },
          }),
          ...keeps(
            stage,
            {
              status: 304,
              body: '',
              fields: { 'content-type': undefined, 'content-length': undefined, 'x-a': undefined },
            },
            { fields: { 'If-None-Match': '"a"' } },
          ),
        ],
      ],
    },
    {
      id: '8.8.3-etag',
      level: 'policy',
      says: 'A page that comes without a tag is given a strong one, made of its bytes.',
      plays: [
        (stage) => [
          ...makes(stage, { fields: MINUTE }),
          ...keeps(stage, { fields: { etag: /^"[\w-]{22}"$/ } }),
          ...keeps(
            stage,
            { status: 304, body: '' },
            { fields: { 'If-None-Match': stage.client('b').saw('etag') } },
          ),
        ],
        (stage) => [
          ...makes(stage, { status: 404, fields: MINUTE }),
          ...keeps(stage, { status: 404, fields: { etag: undefined } }),
        ],
      ],
      why: 'RFC 9110 §8.8.3 wants tags where they can be made.',
    },
    {
      id: '4.3.2-miss',
      level: 'policy',
      says: 'Where there is no page the view makes a whole one: it does not see the client’s conditions.',
      plays: [
        (stage) => [
          stage.client('a').asks('/p', {
            fields: { 'If-None-Match': '"a"', 'If-Modified-Since': MODIFIED },
          }),
          stage.view.receives({
            fields: { 'if-none-match': undefined, 'if-modified-since': undefined },
          }),
          stage.view.answers({ fields: { ...MINUTE, ETag: '"a"' } }),
          stage.client('a').gets({ status: 200, body: 'page 1' }),
          ...keeps(stage),
        ],
      ],
      why: 'RFC 9111 §4.3.2 lets a cache drop them. A 304 of one client is no page for the others.',
    },
    {
      id: '4.3.2-passed',
      level: 'MUST',
      says: 'Where no page is kept the view sees them, and its 304 is the client’s alone.',
      plays: [
        (stage) => [
          ...makes(stage, { fields: { 'Cache-Control': 'private', ETag: '"a"' } }),
          stage.client('b').asks('/p', { fields: { 'If-None-Match': '"a"' } }),
          stage.view.receives({ fields: { 'if-none-match': '"a"' } }),
          stage.view.answers({ status: 304, fields: { ...MINUTE, ETag: '"a"' } }),
          stage.client('b').gets({ status: 304, body: '' }),
          ...asksAgain(stage),
        ],
      ],
    },
    notOurs(
      '4.3.5-head',
      'SHOULD',
      'An answer to HEAD may freshen or invalidate what GET kept.',
      'HEAD is answered by what GET kept; where that is stale the view answers, and the next GET makes the page.',
    ),
  ],
}
