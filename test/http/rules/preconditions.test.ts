// RFC 9110 §13.2.2. Dates: THEN is when the resource changed.
import { describe, expect, it } from 'vitest'
import {
  guardsAWrite,
  precondition,
  type Validators,
} from '../../../src/http/rules/preconditions.ts'

const NOW = Date.UTC(2026, 0, 10)
const BEFORE = 'Thu, 01 Jan 2026 00:00:00 GMT'
const THEN = 'Fri, 02 Jan 2026 00:00:00 GMT'
const AFTER = 'Sat, 03 Jan 2026 00:00:00 GMT'
const changed = Date.UTC(2026, 0, 2)

type Fields = Readonly<Record<string, string>>
type Row = readonly [fields: Fields, current: Partial<Validators>, get: unknown, put: unknown]

function of(method: string, fields: Fields, current: Partial<Validators>): 304 | 412 | undefined {
  const all = { etag: undefined, lastModified: undefined, ...current }
  return precondition(method, (name) => fields[name], all, NOW)
}

describe('precondition', () => {
  it.each<Row>([
    // Nothing is asked, or nothing is known.
    [{}, { etag: '"a"', lastModified: changed }, undefined, undefined],
    [{ 'if-none-match': '"a"' }, {}, undefined, undefined],
    [{ 'if-none-match': '*' }, {}, undefined, undefined],
    [{ 'if-modified-since': AFTER }, {}, undefined, undefined],
    [{ 'if-unmodified-since': BEFORE }, {}, undefined, undefined],
    // If-Match, strongly.
    [{ 'if-match': '"a"' }, { etag: '"a"' }, undefined, undefined],
    [{ 'if-match': '"b", "a"' }, { etag: '"a"' }, undefined, undefined],
    [{ 'if-match': '"b"' }, { etag: '"a"' }, 412, 412],
    [{ 'if-match': 'W/"a"' }, { etag: '"a"' }, 412, 412],
    [{ 'if-match': '"a"' }, { etag: 'W/"a"' }, 412, 412],
    [{ 'if-match': 'W/"a"' }, { etag: 'W/"a"' }, 412, 412],
    [{ 'if-match': '"a"' }, {}, 412, 412],
    [{ 'if-match': 'a' }, { etag: '"a"' }, 412, 412],
    [{ 'if-match': '*' }, { etag: 'W/"a"' }, undefined, undefined],
    [{ 'if-match': '*' }, { lastModified: changed }, undefined, undefined],
    [{ 'if-match': '*' }, {}, 412, 412],
    // If-Unmodified-Since, where there is no If-Match.
    [{ 'if-unmodified-since': BEFORE }, { lastModified: changed }, 412, 412],
    [{ 'if-unmodified-since': THEN }, { lastModified: changed }, undefined, undefined],
    [{ 'if-unmodified-since': 'soon' }, { lastModified: changed }, undefined, undefined],
    [
      { 'if-match': '"a"', 'if-unmodified-since': BEFORE },
      { etag: '"a"', lastModified: changed },
      undefined,
      undefined,
    ],
    // If-None-Match, weakly.
    [{ 'if-none-match': '"a"' }, { etag: '"a"' }, 304, 412],
    [{ 'if-none-match': '"b", W/"a"' }, { etag: '"a"' }, 304, 412],
    [{ 'if-none-match': '"a"' }, { etag: 'W/"a"' }, 304, 412],
    [{ 'if-none-match': '"b"' }, { etag: '"a"' }, undefined, undefined],
    [{ 'if-none-match': '*' }, { etag: '"a"' }, 304, 412],
    [{ 'if-none-match': '*' }, { lastModified: changed }, 304, 412],
    // If-Modified-Since, where there is no If-None-Match.
    [{ 'if-modified-since': THEN }, { lastModified: changed }, 304, undefined],
    [{ 'if-modified-since': AFTER }, { lastModified: changed }, 304, undefined],
    [{ 'if-modified-since': BEFORE }, { lastModified: changed }, undefined, undefined],
    [{ 'if-modified-since': 'soon' }, { lastModified: changed }, undefined, undefined],
    [
      { 'if-none-match': '"b"', 'if-modified-since': AFTER },
      { etag: '"a"', lastModified: changed },
      undefined,
      undefined,
    ],
    // All of them, in their order.
    [{ 'if-match': '"a"', 'if-none-match': '"a"' }, { etag: '"a"' }, 304, 412],
    [{ 'if-match': '"b"', 'if-none-match': '"a"' }, { etag: '"a"' }, 412, 412],
    [
      { 'if-unmodified-since': THEN, 'if-modified-since': THEN },
      { lastModified: changed },
      304,
      undefined,
    ],
  ])('%j against %j is %s for GET, %s for PUT', (fields, current, get, put) => {
    expect(of('GET', fields, current)).toBe(get)
    expect(of('HEAD', fields, current)).toBe(get)
    expect(of('PUT', fields, current)).toBe(put)
    expect(of('PURGE', fields, current)).toBe(put)
  })

  it.each(['OPTIONS', 'TRACE', 'CONNECT'])('does not concern %s', (method) => {
    expect(of(method, { 'if-match': '"b"' }, { etag: '"a"' })).toBeUndefined()
  })
})

describe('guardsAWrite', () => {
  it.each<readonly [string, string, boolean]>([
    ['PUT', 'if-match', true],
    ['PUT', 'if-none-match', true],
    ['PATCH', 'if-unmodified-since', true],
    ['GET', 'if-match', true],
    ['GET', 'if-none-match', false],
    ['HEAD', 'if-modified-since', false],
    ['OPTIONS', 'if-match', false],
    ['PUT', 'if-range', false],
  ])('of %s with %s is %s', (method, field, guards) => {
    expect(guardsAWrite(method, (name) => (name === field ? 'x' : undefined))).toBe(guards)
  })
})
