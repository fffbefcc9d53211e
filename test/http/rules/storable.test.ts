import { describe, expect, it } from 'vitest'
import { parseCacheControl } from '../../../src/http/rules/cache-control.ts'
import { endToEndFields } from '../../../src/http/rules/fields.ts'
import { freshForMs, initialAgeSeconds } from '../../../src/http/rules/freshness.ts'
import { httpDate, parseHttpDate } from '../../../src/http/rules/http-date.ts'
import { bodyFault, judge, type Verdict } from '../../../src/http/rules/storable.ts'

const now = Date.UTC(2026, 0, 1, 12)
const circumstances = { authorized: false, pageTtlMs: 60_000, maxBodyBytes: 1000, now }

function verdict(fields: readonly string[], status = 200, authorized = false): Verdict {
  return judge({ status, fields }, { ...circumstances, authorized })
}

describe('judge', () => {
  it.each<readonly [readonly string[], string]>([
    [['Set-Cookie', 'a=1'], 'set-cookie'],
    [['SET-COOKIE', ''], 'set-cookie'],
    [['Set-Cookie2', 'a=1'], 'set-cookie'],
    [['cache-control', 'max-age=60', 'Cache-Control', 'Private'], 'private'],
    [['Cache-Control', 'no-store'], 'no-store'],
    [['Cache-Control', 'no-cache'], 'no-cache'],
    [['Cache-Control', 'max-age=60; private'], 'odd cache-control'],
    [['Pragma', 'No-Cache'], 'no-cache'],
    [['Vary', 'a', 'vary', '*'], 'vary *'],
    [['Content-Range', 'bytes 0-1/2'], 'partial content'],
    [['Content-Type', 'text/event-stream; charset=utf-8'], 'event stream'],
    [['Content-Length', '1001'], 'too large'],
    [['Content-Length', '5', 'Content-Length', '5'], 'odd content-length'],
    [['Content-Length', '+5'], 'odd content-length'],
    [['Cache-Control', 'max-age=0'], 'no lifetime'],
    [['Cache-Control', 's-maxage=0, max-age=60'], 'no lifetime'],
    [['Cache-Control', 'max-age=60', 'Age', '60'], 'no lifetime'],
    [['Expires', '0'], 'no lifetime'],
    [['Expires', 'Thu, 01 Jan 2026 12:00:00 GMT'], 'no lifetime'],
  ])('refuses %j: %s', (fields, reason) => {
    expect(verdict(fields)).toMatchObject({ store: false, reason })
  })

  it.each([100, 199, 201, 205, 206, 226, 299, 304, 400, 405, 414, 499, 500, 501, 599])(
    'refuses status %i, whatever it says',
    (status) => {
      expect(verdict(['Cache-Control', 'public, max-age=60'], status)).toMatchObject({
        store: false,
        reason: `status ${status}`,
      })
    },
  )

  // RFC 9111 §3, §4.2.2
  it.each([203, 204, 300, 301, 302, 303, 307, 308, 404, 410])(
    'keeps status %i only for as long as it says itself',
    (status) => {
      const kept = { store: true, freshMs: 30_000, staleMs: 0 }
      const refused = { store: false, reason: `status ${status}`, lasting: true }

      expect(verdict(['Cache-Control', 'max-age=30'], status)).toMatchObject(kept)
      expect(verdict(['CDN-Cache-Control', 'max-age=30'], status)).toMatchObject(kept)
      expect(verdict(['Cache-Control', 'public'], status)).toMatchObject(refused)
      expect(verdict([], status)).toMatchObject(refused)
      expect(verdict(['Cache-Control', 'max-age=0'], status)).toMatchObject({
        reason: 'no lifetime',
      })
    },
  )

  // RFC 9110 §14.4
  it('keeps a whole page whose Content-Range says nothing', () => {
    expect(verdict(['Content-Range', 'none'])).toMatchObject({ store: true })
    expect(verdict(['Content-Range', 'items 1-2/3'])).toMatchObject({ store: false })
    expect(verdict(['Content-Range', 'bytes=1-2'])).toMatchObject({ store: false })
  })

  it('takes the time that the view took to begin off its life', () => {
    const head = { status: 200, fields: ['Cache-Control', 'max-age=30'] }

    expect(judge(head, { ...circumstances, delayMs: 7000 })).toMatchObject({ freshMs: 23_000 })
    expect(judge(head, { ...circumstances, delayMs: 30_000 })).toMatchObject({ store: false })
  })

  // RFC 9111 §3.5
  it('refuses answers to Authorization without express permission', () => {
    expect(verdict([], 200, true)).toMatchObject({ store: false, reason: 'authorization' })
    expect(verdict(['Cache-Control', 'max-age=60'], 200, true)).toMatchObject({ store: false })
    expect(verdict(['Cache-Control', 'public'], 200, true)).toMatchObject({ store: true })
  })

  it('keeps a plain 200 for the page’s own ttl', () => {
    expect(verdict(['Content-Type', 'text/html'])).toEqual({
      store: true,
      freshMs: 60_000,
      noCache: false,
      varyNames: [],
      mustRevalidate: false,
    })
  })

  it('adds Accept-Encoding to what compressed pages vary on', () => {
    expect(verdict(['Content-Encoding', 'gzip', 'Vary', 'Cookie'])).toMatchObject({
      varyNames: ['accept-encoding', 'cookie'],
    })
    expect(verdict(['Content-Encoding', 'identity'])).toMatchObject({ varyNames: [] })
  })

  it('does not remember refusals that speak of one request or one moment', () => {
    expect(verdict([], 500)).toMatchObject({ lasting: false })
    expect(verdict([], 304)).toMatchObject({ lasting: false })
    expect(verdict([], 404)).toMatchObject({ lasting: true })
    expect(verdict(['Cache-Control', 'private'])).toMatchObject({ lasting: true })
  })

  it.each<readonly [string, number | undefined]>([
    ['max-age=60', undefined],
    ['max-age=60, stale-while-revalidate=30', 30_000],
    ['max-age=60, Stale-While-Revalidate=030, stale-while-revalidate=90', 30_000],
    ['max-age=60, stale-while-revalidate', 0],
    ['max-age=60, stale-while-revalidate=-1', 0],
    ['max-age=60, stale-while-revalidate=1e9', 0],
    ['max-age=60, stale-while-revalidate=99999999999', 365 * 86_400_000],
    ['max-age=60, stale-while-revalidate=30, must-revalidate', undefined],
    ['s-maxage=60, stale-while-revalidate=30', undefined],
    ['max-age=60, stale-while-revalidate=30, x="', undefined],
  ])('reads how long after its life %s may be served: %s', (control, staleMs) => {
    expect(verdict(['Cache-Control', control])).toMatchObject({ store: true, staleMs })
  })
})

describe('bodyFault', () => {
  it('is a length that differs from the announced one', () => {
    expect(bodyFault(['content-length', '3'], 3)).toBeUndefined()
    expect(bodyFault([], 3)).toBeUndefined()
    expect(bodyFault(['content-length', '3'], 2)).toBe('content-length differs')
  })
})

describe('freshForMs', () => {
  // RFC 9111 §4.2.1, §5.3
  it.each<readonly [readonly string[], number | undefined]>([
    [[], undefined],
    [['Age', '30'], undefined],
    [['Cache-Control', 'max-age=5'], 5000],
    [['Cache-Control', 'max-age=5', 'Age', '3'], 2000],
    [['Cache-Control', 'max-age=5', 'Date', 'Thu, 01 Jan 2026 11:59:56 GMT'], 1000],
    [['Cache-Control', 'max-age=5, s-maxage=7'], 7000],
    [['Cache-Control', 's-maxage=oops, max-age=5'], 0],
    [['Cache-Control', 'max-age=5', 'Expires', 'Thu, 01 Jan 2026 13:00:00 GMT'], 5000],
    [['Expires', 'Thu, 01 Jan 2026 13:00:00 GMT'], 3_600_000],
    [
      ['Expires', 'Thu, 01 Jan 2026 13:00:00 GMT', 'Date', 'Thu, 01 Jan 2026 12:30:00 GMT'],
      1_800_000,
    ],
    [
      ['Expires', 'Thu, 01 Jan 2026 13:00:00 GMT', 'Date', 'Thu, 01 Jan 2026 11:30:00 GMT'],
      3_600_000,
    ],
    [['Expires', 'Thu, 01 Jan 2026 13:00:00 GMT', 'Date', 'rubbish'], 3_600_000],
    [['Expires', 'Thu, 1 Jan 2026 13:00:00 GMT'], 0],
    [['Expires', 'thu, 01 jan 2026 13:00:00 gmt'], 3_600_000],
    [['Expires', 'Thu, 01 Jan 2026 13:00:00 UTC'], 0],
    [['Expires', ''], 0],
    [['Expires', 'Thu, 01 Jan 2026 13:00:00 GMT', 'Expires', 'Thu, 01 Jan 2026 14:00:00 GMT'], 0],
    [['Cache-Control', 'max-age=99999999999'], 365 * 86_400_000],
  ])('%j: %s', (fields, expected) => {
    const lines = fields.filter((_, index) => fields[index - 1] === 'Cache-Control')
    expect(freshForMs(fields, parseCacheControl(lines), now)).toBe(expected)
  })
})

describe('initialAgeSeconds', () => {
  // RFC 9111 §4.2.3, §5.1
  it.each<readonly [readonly string[], number]>([
    [[], 0],
    [['Age', '30'], 30],
    [['Age', ' 0, 7200'], 0],
    [['Age', '7200, 0'], 7200],
    [['Age', '7200', 'Age', '0'], 7200],
    [['Age', '7200.5'], 0],
    [['Age', '7200;x=1'], 0],
    [['Age', ''], 0],
    [['Date', 'Thu, 01 Jan 2026 11:58:20 GMT'], 100],
    [['Date', 'Thu, 01 Jan 2026 11:58:20 GMT', 'Age', '30'], 100],
    [['Date', 'Thu, 01 Jan 2026 11:58:20 GMT', 'Age', '300'], 300],
    [['Date', 'Thu, 01 Jan 2026 13:00:00 GMT', 'Age', '30'], 30],
    [['Date', 'rubbish'], 0],
    [['Age', '-5'], 0],
    [['Age', 'abc'], 0],
    [['Age', '99999999999'], 2_147_483_648],
  ])('%j: %i', (fields, seconds) => {
    expect(initialAgeSeconds(fields, now)).toBe(seconds)
  })

  it('counts what the view took to begin, on top of the Age it came with', () => {
    expect(initialAgeSeconds(['Age', '30'], now, 2500)).toBe(32)
    expect(initialAgeSeconds([], now, -1)).toBe(0)
  })
})

describe('parseHttpDate', () => {
  // RFC 9110 §5.6.7
  it.each([
    'Sun, 06 Nov 1994 08:49:37 GMT',
    'Sunday, 06-Nov-94 08:49:37 GMT',
    'Sun Nov  6 08:49:37 1994',
    // RFC 9111 §4.2
    'SUN, 06 nov 1994 08:49:37 gmt',
    'sunday, 06-NOV-94 08:49:37 GMT',
    'sun nov  6 08:49:37 1994',
  ])('reads %j', (text) => {
    expect(parseHttpDate(text, now)).toBe(Date.UTC(1994, 10, 6, 8, 49, 37))
  })

  it.each([
    '',
    '0',
    '2026-01-01T00:00:00Z',
    'Sun, 06 Nov 1994 08:49:37',
    'Sun, 06 Nov 1994 8:49:37 GMT',
    'Sun, 06 Nov 1994 08:49:37 UTC',
    'Sun, 06 Nov 94 08:49:37 GMT',
    'Sun, 06 Nov 1994 24:00:00 GMT',
    'Sun, 31 Feb 1994 08:49:37 GMT',
    'Sun,  06 Nov 1994 08:49:37 GMT',
    'Sun, 06 Foo 1994 08:49:37 GMT',
    'Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT',
  ])('does not read %j', (text) => {
    expect(parseHttpDate(text, now)).toBeUndefined()
  })

  it('reads what httpDate writes', () => {
    expect(parseHttpDate(httpDate(now), now)).toBe(now)
  })
})

describe('endToEndFields', () => {
  // RFC 9111 §3.1
  it('drops the fields of the connection and those that Connection names', () => {
    const fields = [
      'Connection',
      'X-Hop, close',
      'x-hop',
      '1',
      'Keep-Alive',
      '5',
      'A',
      '1',
      'a',
      '2',
    ]
    expect(endToEndFields([...fields, 'Transfer-Encoding', 'chunked', 'TE', 'x'])).toEqual([
      'A',
      '1',
      'a',
      '2',
    ])
  })
})
