import { date, type Fields, type WantedFields } from '../../scenario/fields.ts'
import type { Stage } from '../../scenario/stage.ts'
import type { Step } from '../../scenario/step.ts'
import type { Said } from '../../scenario/view.ts'
import { asksAgain, keeps, makes } from '../idioms.ts'
import type { Play, Section } from '../requirement.ts'

const MINUTE = { 'Cache-Control': 'max-age=60' }
const MODIFIED = 'Wed, 31 Dec 2025 12:00:00 GMT'
const TAGGED = { ...MINUTE, ETag: '"a"' }

interface Check {
  /** Fields of the client that asks. */
  readonly ask?: Fields
  /** How the view is asked. */
  readonly received?: WantedFields
  readonly said?: Said
  readonly got?: { status?: number; body?: string; age?: number | undefined; fields?: WantedFields }
}

/** A page with these fields is made and becomes stale; then client b asks. */
function stale(stage: Stage, page: Fields, check: Check = {}): readonly Step[] {
  const { client, time, view } = stage
  const { ask = {}, got = {}, received = {}, said = { status: 304, fields: TAGGED } } = check
  return [
    ...makes(stage, { fields: page }, { fields: ask }),
    time.passes('61s'),
    client('b').asks('/p', { fields: ask }),
    view.receives({ method: 'GET', fields: received }),
    view.answers(said),
    client('b').gets({ status: 200, body: 'page 1', ...got }),
  ]
}

/** The page is fresh again. */
function renewed(page: Fields, check: Check = {}): Play {
  return (stage) => [
    ...stale(stage, page, check),
    ...keeps(stage, { status: 200 }, check.ask === undefined ? {} : { fields: check.ask }),
  ]
}

export const asking: Section = {
  title: 'RFC 9111 §4.3.1: asking the view whether a page is still right',
  requirements: [
    {
      id: '4.3.1-etag',
      level: 'MUST',
      says: 'A stale page that the view gave a tag is asked for by it, as it was written.',
      plays: ['"a"', 'W/"a"', '"caf\u00e9"'].map((tag) => {
        return renewed(
          { ...MINUTE, ETag: tag },
          {
            received: { 'if-none-match': tag },
            said: { status: 304, fields: { ...MINUTE, ETag: tag } },
          },
        )
      }),
    },
    {
      id: '4.3.1-modified',
      level: 'SHOULD',
      says: 'One that says when it was modified is asked for by that.',
      plays: [
        renewed(
          { ...MINUTE, 'Last-Modified': MODIFIED },
          {
            received: { 'if-modified-since': MODIFIED, 'if-none-match': undefined },
            said: { status: 304, fields: MINUTE },
          },
        ),
      ],
    },
    {
      id: '4.3.1-both',
      level: 'SHOULD',
      says: 'One that says both is asked for by both.',
      plays: [
        renewed(
          { ...TAGGED, 'Last-Modified': MODIFIED },
          { received: { 'if-none-match': '"a"', 'if-modified-since': MODIFIED } },
        ),
      ],
    },
    {
      id: '4.3.1-own',
      level: 'policy',
      says: 'A tag that the cache itself has made is none to ask the view by.',
      plays: [
        (stage) => [
          ...makes(stage, { fields: MINUTE }),
          stage.time.passes('61s'),
          ...asksAgain(stage, {
            received: { 'if-none-match': undefined, 'if-modified-since': undefined },
          }),
        ],
      ],
      why: 'The view does not know it.',
    },
    {
      id: '4.3.1-selecting',
      level: 'MUST',
      says: 'The request has the fields by which the page was selected.',
      plays: [
        renewed(
          { ...TAGGED, Vary: 'X-A' },
          {
            ask: { 'X-A': '1' },
            received: { 'x-a': '1', 'if-none-match': '"a"' },
            said: { status: 304, fields: { ...TAGGED, Vary: 'X-A' } },
          },
        ),
      ],
    },
    {
      id: '4.3.1-variant',
      level: 'MUST NOT',
      says: 'A request that the page was not selected for does not ask by its tag.',
      plays: [
        (stage) => [
          ...makes(stage, { fields: { ...TAGGED, Vary: 'X-A' } }, { fields: { 'X-A': '1' } }),
          stage.time.passes('61s'),
          ...asksAgain(stage, {
            fields: { 'X-A': '2' },
            received: { 'if-none-match': undefined },
          }),
        ],
      ],
    },
    {
      id: '4.3.1-status',
      level: 'policy',
      says: 'Redirects and missing pages are made anew, not asked for.',
      plays: [301, 404].map((status) => (stage) => [
        ...makes(stage, { status, fields: TAGGED }),
        stage.time.passes('61s'),
        ...asksAgain(stage, { received: { 'if-none-match': undefined } }, { status }),
      ]),
      why: 'A view that answers so passes over conditions (RFC 9110 §13.2.1).',
    },
    {
      id: '4.3.1-client',
      level: 'policy',
      says: 'The conditions of the client are not put to the view: what it has may be another page.',
      plays: [
        (stage) => [
          ...makes(stage, { fields: TAGGED }),
          stage.time.passes('61s'),
          stage.client('b').asks('/p', { fields: { 'If-None-Match': '"b"' } }),
          stage.view.receives({ fields: { 'if-none-match': '"a"' } }),
          stage.view.answers({ status: 304, fields: TAGGED }),
          stage.client('b').gets({ status: 200, body: 'page 1' }),
        ],
      ],
      why: 'The answer is for everybody; the client’s own conditions are answered from the page.',
    },
  ],
}

export const answered: Section = {
  title: 'RFC 9111 §4.3.3, §4.3.4 and §3.2: what the view answers',
  requirements: [
    {
      id: '4.3.3-304',
      level: 'MUST',
      says: 'After a 304 the page is used, and is as young as the 304.',
      plays: [
        (stage) => [
          ...stale(stage, TAGGED, { got: { fields: { date: date(0) } } }),
          stage.time.passes('59s'),
          ...keeps(stage, { age: 59 }),
          stage.time.passes('1s'),
          ...asksAgain(stage, { received: { 'if-none-match': '"a"' } }, { fields: TAGGED }),
        ],
      ],
    },
    {
      id: '4.3.3-client',
      level: 'SHOULD',
      says: 'A client that has the page already gets a 304 in its turn.',
      plays: [
        (stage) => [
          ...makes(stage, { fields: TAGGED }),
          stage.time.passes('61s'),
          stage.client('b').asks('/p', { fields: { 'If-None-Match': '"a"' } }),
          stage.view.receives({ fields: { 'if-none-match': '"a"' } }),
          stage.view.answers({ status: 304, fields: TAGGED }),
          stage.client('b').gets({ status: 304, body: '' }),
        ],
      ],
    },
    {
      id: '4.3.3-full',
      level: 'MUST',
      says: 'A whole answer takes the place of the page.',
      plays: [
        (stage) => [
          ...stale(stage, TAGGED, {
            said: { fields: { ...MINUTE, ETag: '"b"' } },
            got: { body: 'page 2', fields: { etag: '"b"' } },
          }),
          ...keeps(stage, { body: 'page 2', age: 0 }),
        ],
      ],
    },
    {
      id: '4.3.3-error',
      level: 'MAY',
      says: 'An error of the view is the client’s, where nothing allows a stale page; the page can be asked for again.',
      plays: [
        (stage) => [
          ...stale(stage, TAGGED, {
            said: { status: 503, body: 'no' },
            got: { status: 503, body: 'no' },
          }),
          stage.client('b').asks('/p'),
          stage.view.receives({ fields: { 'if-none-match': '"a"' } }),
          stage.view.answers({ status: 304, fields: TAGGED }),
          stage.client('b').gets({ status: 200, body: 'page 1' }),
        ],
      ],
    },
    {
      id: '3.2-update',
      level: 'MUST',
      says: 'Fields of the 304 take the place of those of their names, all lines of them; the others stay.',
      plays: [
        (stage) => [
          ...stale(
            stage,
            { ...TAGGED, 'X-A': ['1', '2'], 'X-B': '1', 'Content-Foo': 'a', Link: '<a>' },
            {
              said: {
                status: 304,
                fields: {
                  'Cache-Control': 'max-age=120',
                  ETag: '"a"',
                  'X-A': '3',
                  'X-C': '4',
                  'Content-Foo': 'b',
                },
              },
              got: {
                fields: { 'x-a': '3', 'x-b': '1', 'x-c': '4', 'content-foo': 'b', link: '<a>' },
              },
            },
          ),
          stage.time.passes('119s'),
          ...keeps(stage, {
            age: 119,
            fields: { 'cache-control': 'max-age=120', 'x-a': '3', 'x-b': '1', 'x-c': '4' },
          }),
        ],
      ],
    },
    {
      id: '3.2-length',
      level: 'MUST NOT',
      says: 'Content-Length is never updated; the bytes are as they were.',
      plays: [
        renewed(
          { ...TAGGED, 'Content-Length': '6' },
          {
            said: { status: 304, fields: { ...TAGGED, 'Content-Length': '7' } },
            got: { fields: { 'content-length': '6' } },
          },
        ),
      ],
    },
    {
      id: '3.2-bytes',
      level: 'policy',
      says: 'Nor is what else speaks of the bytes: Content-Type, Content-Encoding, Content-Range.',
      plays: [
        renewed(
          { ...TAGGED, 'Content-Type': 'text/plain' },
          {
            said: {
              status: 304,
              fields: { ...TAGGED, 'Content-Type': 'text/html', 'Content-Encoding': 'gzip' },
            },
            got: { fields: { 'content-type': 'text/plain', 'content-encoding': undefined } },
          },
        ),
      ],
      why: 'The bytes are those of the stored page. Frameworks put a Content-Type of their own on a 304.',
    },
    {
      id: '3.2-type',
      level: 'MUST',
      says: 'A Content-Type that says of the same media type what the stored one left out replaces it.',
      plays: [
        renewed(
          { ...TAGGED, 'Content-Type': 'text/plain' },
          {
            said: {
              status: 304,
              fields: { ...TAGGED, 'Content-Type': 'Text/plain;charset=utf-8' },
            },
            got: { fields: { 'content-type': 'Text/plain;charset=utf-8' } },
          },
        ),
      ],
    },
    {
      id: '4.3.4-place',
      level: 'MUST',
      says: 'With the strong ETag of the stored page a 304 updates its Content-Location, too.',
      plays: [
        renewed(
          { ...TAGGED, 'Content-Location': '/a' },
          {
            said: { status: 304, fields: { ...TAGGED, 'Content-Location': '/b' } },
            got: { fields: { 'content-location': '/b' } },
          },
        ),
      ],
    },
    {
      id: '3.2-connection',
      level: 'MUST NOT',
      says: 'Nor do fields of the connection enter the page.',
      plays: [
        renewed(TAGGED, {
          said: { status: 304, fields: { ...TAGGED, Connection: 'close, X-A', 'X-A': '1' } },
          got: { fields: { 'x-a': undefined } },
        }),
      ],
    },
    {
      id: '4.3.4-other',
      level: 'MUST NOT',
      says: 'A 304 that names another tag is not about the page: the view is asked for a whole one.',
      plays: [
        (stage) => [
          ...makes(stage, { fields: TAGGED }),
          stage.time.passes('61s'),
          stage.client('b').asks('/p'),
          stage.view.receives({ fields: { 'if-none-match': '"a"' } }),
          stage.view.answers({ status: 304, fields: { ...MINUTE, ETag: '"b"' } }),
          stage.view.receives({ fields: { 'if-none-match': undefined } }),
          stage.view.answers({ fields: TAGGED }),
          stage.client('b').gets({ status: 200, body: 'page 3' }),
        ],
      ],
    },
    {
      id: '4.3.4-forbid',
      level: 'MUST',
      says: 'What the 304 forbids is obeyed: the page is used for this client, and for no other.',
      plays: ['no-store', 'private'].map((control) => (stage) => [
        ...stale(stage, TAGGED, {
          said: { status: 304, fields: { 'Cache-Control': control, ETag: '"a"' } },
        }),
        ...asksAgain(stage, { received: { 'if-none-match': undefined } }),
      ]),
    },
    {
      id: '5.2.2.4-ask',
      level: 'MAY',
      says: 'A page with `no-cache` and a validator is kept, and asked for each time.',
      plays: ['no-cache', 'max-age=60, no-cache'].map((control) => (stage) => {
        const fields = { 'Cache-Control': control, ETag: '"a"' }
        const check = [
          stage.client('b').asks('/p'),
          stage.view.receives({ fields: { 'if-none-match': '"a"' } }),
          stage.view.answers({ status: 304, fields }),
          stage.client('b').gets({ status: 200, body: 'page 1' }),
        ]
        return [...makes(stage, { fields }), ...check, ...check]
      }),
    },
    {
      id: '5.2.2.2-ask',
      level: 'MUST',
      says: 'A stale page with `must-revalidate` is asked for, and used when the view says that it is right.',
      plays: ['max-age=60, must-revalidate', 's-maxage=60', 'max-age=60, proxy-revalidate'].map(
        (control) => {
          const fields = { 'Cache-Control': control, ETag: '"a"' }
          return renewed(fields, {
            received: { 'if-none-match': '"a"' },
            said: { status: 304, fields },
          })
        },
      ),
    },
  ],
}
