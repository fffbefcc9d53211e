import { date, type Fields, type WantedFields } from '../scenario/fields.ts'
import { asksAgain, keeps, makes } from './idioms.ts'
import type { Play, Section } from './requirement.ts'

const MINUTE = { 'Cache-Control': 'max-age=60' }
const BODY = '0123456789A'
const MODIFIED = 'Wed, 31 Dec 2025 12:00:00 GMT'

interface Got {
  readonly status: number
  readonly body: string
  readonly fields?: WantedFields
}

const WHOLE: Got = { status: 200, body: BODY, fields: { 'content-range': undefined } }

/** A page of eleven bytes with these fields is kept; a request with those gets this of it. */
function asked(request: Fields, got: Got, page: Fields = {}, method = 'GET'): Play {
  return (stage) => [
    ...makes(stage, { fields: { ...MINUTE, ...page }, body: BODY }),
    ...keeps(stage, got, { fields: request, method }),
  ]
}

function part(range: string, body: string, contentRange: string): Play {
  return asked(
    { Range: range },
    {
      status: 206,
      body,
      fields: { 'content-range': contentRange, 'content-length': String(body.length), age: '0' },
    },
  )
}

const ifRange = (value: Fields[string], page: Fields, isPart: boolean): Play => {
  return asked(
    { Range: 'bytes=0-1', 'If-Range': value },
    isPart ? { status: 206, body: '01' } : WHOLE,
    page,
  )
}

export const ranges: Section = {
  title: 'RFC 9110 §14, §13.1.5, §15.3.7 and §15.5.17: ranges',
  requirements: [
    {
      id: '14.2-part',
      level: 'MAY',
      says: 'A part is cut from a page that is kept whole: from a byte to a byte, to the end, or the last ones.',
      plays: [
        part('bytes=0-1', '01', 'bytes 0-1/11'),
        part('bytes=4-4', '4', 'bytes 4-4/11'),
        part('bytes=1-', '123456789A', 'bytes 1-10/11'),
        part('bytes=-1', 'A', 'bytes 10-10/11'),
        part('BYTES=-2', '9A', 'bytes 9-10/11'),
      ],
    },
    {
      id: '14.1.2-beyond',
      level: 'MUST',
      says: 'One that reaches beyond the page ends where the page does.',
      plays: [
        part('bytes=9-100', '9A', 'bytes 9-10/11'),
        part('bytes=-100', BODY, 'bytes 0-10/11'),
        part('bytes=9-99999999999999999999', '9A', 'bytes 9-10/11'),
      ],
    },
    {
      id: '15.3.7-fields',
      level: 'MUST',
      says: 'A 206 has Content-Range, and of Cache-Control, Content-Location, Date, ETag, Expires and Vary what a 200 would have.',
      plays: [
        asked(
          { Range: 'bytes=0-1' },
          {
            status: 206,
            body: '01',
            fields: {
              'cache-control': 'max-age=60',
              'content-location': '/q',
              'content-range': 'bytes 0-1/11',
              date: date(0),
              etag: '"a"',
              expires: date(60),
              vary: 'X-A',
              'x-b': '1',
            },
          },
          { 'Content-Location': '/q', ETag: '"a"', Expires: date(60), Vary: 'X-A', 'X-B': '1' },
        ),
      ],
    },
    {
      id: '15.5.17-none',
      level: 'SHOULD',
      says: 'Where the page has no byte of it the answer is 416, which tells how long the page is.',
      plays: ['bytes=11-', 'bytes=100-200', 'bytes=-0'].map((range) => {
        return asked(
          { Range: range },
          { status: 416, body: '', fields: { 'content-range': 'bytes */11' } },
        )
      }),
    },
    {
      id: '14.2-method',
      level: 'MUST',
      says: 'Range of another method than GET is passed over.',
      plays: [
        asked(
          { Range: 'bytes=0-1' },
          { status: 200, body: '', fields: { 'content-range': undefined, 'content-length': '11' } },
          {},
          'HEAD',
        ),
      ],
    },
    {
      id: '14.2-unit',
      level: 'MUST',
      says: 'So is one in a unit that nobody knows, or that cannot be read.',
      plays: ['items=0-1', 'bytes', 'bytes=', 'bytes=a-b', 'bytes=5-1', 'bytes=-', 'bytes 0-1'].map(
        (range) => asked({ Range: range }, WHOLE),
      ),
    },
    {
      id: '14.2-several',
      level: 'policy',
      says: 'Of several ranges the answer is the whole page.',
      plays: [
        asked({ Range: 'bytes=0-1,4-5' }, WHOLE),
        asked({ Range: 'bytes=0-,0-,0-,0-' }, WHOLE),
      ],
      why: 'RFC 9110 §14.2 lets a server pass over any Range. Many overlapping ones are an attack, and few clients read the form.',
    },
    {
      id: '14.2-status',
      level: 'MUST',
      says: 'Range is passed over where the answer without it is not 200.',
      plays: [
        (stage) => [
          ...makes(stage, { status: 404, fields: MINUTE, body: BODY }),
          ...keeps(stage, { ...WHOLE, status: 404 }, { fields: { Range: 'bytes=0-1' } }),
        ],
      ],
    },
    {
      id: '13.1.5-strong',
      level: 'MUST',
      says: 'With If-Range a part is given only where its tag is that of the page, by strong comparison.',
      plays: [
        ifRange('"a"', { ETag: '"a"' }, true),
        ifRange('"b"', { ETag: '"a"' }, false),
        ifRange('W/"a"', { ETag: 'W/"a"' }, false),
        ifRange('"a"', { ETag: 'W/"a"' }, false),
        ifRange('W/"a"', { ETag: '"a"' }, false),
      ],
    },
    {
      id: '13.1.5-date',
      level: 'MUST',
      says: 'Or its date is that of the page, and old enough to be told from the next.',
      plays: [
        ifRange(MODIFIED, { 'Last-Modified': MODIFIED }, true),
        ifRange(date(0), { 'Last-Modified': MODIFIED }, false),
        ifRange(date(0), { 'Last-Modified': date(0) }, false),
        ifRange(MODIFIED, {}, false),
        ifRange('rubbish', { 'Last-Modified': MODIFIED }, false),
      ],
    },
    {
      id: '13.1.5-alone',
      level: 'MUST',
      says: 'If-Range without Range is passed over.',
      plays: [asked({ 'If-Range': '"b"' }, WHOLE, { ETag: '"a"' })],
    },
    {
      id: '13.2.2-order',
      level: 'MUST',
      says: 'What the client has already is told it before a part is cut.',
      plays: [
        asked(
          { Range: 'bytes=0-1', 'If-None-Match': '"a"' },
          { status: 304, body: '' },
          { ETag: '"a"' },
        ),
        asked(
          { Range: 'bytes=0-1', 'If-None-Match': '"b"' },
          { status: 206, body: '01' },
          { ETag: '"a"' },
        ),
        asked(
          { Range: 'bytes=0-1', 'If-Modified-Since': MODIFIED },
          { status: 304, body: '' },
          { 'Last-Modified': MODIFIED },
        ),
      ],
    },
    {
      id: '14.3-accept',
      level: 'MAY',
      says: 'A page that parts can be cut from says so.',
      plays: [
        asked(
          {},
          { ...WHOLE, fields: { 'accept-ranges': 'bytes' } },
          { 'Content-Type': 'image/png' },
        ),
      ],
    },
    {
      id: '14.2-miss',
      level: 'policy',
      says: 'Where there is no page the view makes a whole one: it does not see the Range.',
      plays: [
        (stage) => [
          stage.client('a').asks('/p', { fields: { Range: 'bytes=0-1', 'If-Range': '"a"' } }),
          stage.view.receives({ fields: { range: undefined, 'if-range': undefined } }),
          stage.view.answers({ fields: MINUTE, body: BODY }),
          stage.client('a').gets({ status: 200, body: BODY }),
          ...keeps(stage, WHOLE),
        ],
      ],
      why: 'A part is no page for the others.',
    },
    {
      id: '14.2-passed',
      level: 'MUST NOT',
      says: 'Where no page is kept the view sees it, and its 206 is the client’s alone.',
      plays: [
        (stage) => [
          ...makes(stage, { fields: { 'Cache-Control': 'private' } }),
          stage.client('b').asks('/p', { fields: { Range: 'bytes=0-1' } }),
          stage.view.receives({ fields: { range: 'bytes=0-1' } }),
          stage.view.answers({
            status: 206,
            fields: { ...MINUTE, 'Content-Range': 'bytes 0-1/11' },
            body: '01',
          }),
          stage.client('b').gets({ status: 206, body: '01' }),
          ...asksAgain(stage),
        ],
      ],
    },
  ],
}
