import { describe, expect, it } from 'vitest'
import { judge, type Verdict } from '../../../src/http/rules/storable.ts'
import { targetedControl } from '../../../src/http/rules/targeted.ts'

const circumstances = { authorized: false, pageTtlMs: 60_000, maxBodyBytes: 1000, now: 0 }

function verdict(...fields: readonly string[]): Verdict {
  return judge({ status: 200, fields }, circumstances)
}

describe('targetedControl', () => {
  it.each<readonly [string, number | undefined]>([
    ['max-age=600', 600],
    ['  max-age=600  ', 600],
    ['max-age=600;why="because, well";sure', 600],
    ['a=(1 "b";c d), max-age=600', 600],
    ['a=:YQ==:, b=?0, c=@7, d=1.5, e=to/ken, max-age=600', 600],
    ['max-age=600, max-age=60', 60],
    ['max-age=-1', 0],
    ['max-age=1.5', 0],
    ['max-age="600"', 0],
    ['max-age', 0],
    ['other', undefined],
  ])('reads %j: %s', (line, maxAge) => {
    const control = targetedControl(['CDN-Cache-Control', line])

    expect(control).toMatchObject({ maxAge, odd: false })
  })

  it('reads several lines as one dictionary', () => {
    const control = targetedControl([
      'CDN-Cache-Control',
      'max-age=600',
      'cdn-cache-control',
      'private',
    ])

    expect(control).toMatchObject({ maxAge: 600, private: true })
  })

  it.each([
    '',
    ' ',
    'max-age=600,',
    ',max-age=600',
    'Max-Age=600',
    'max-age = 600',
    'max-age=600 60',
    'max-age=600; =1',
    'max-age=9999999999999999',
    'a=(1',
    'a=(1"b")',
    'a="b',
    'a=, max-age=600',
    'max-age=600, &',
  ])('passes over %j, which is no dictionary', (line) => {
    expect(targetedControl(['CDN-Cache-Control', line])).toBeUndefined()
  })

  it.each(['No-Store', 'private,', 'max-age=60, "no-cache', 'max-age=60, PRIVATE'])(
    'takes %j for the restriction that it seems to be',
    (line) => {
      expect(verdict('CDN-Cache-Control', line, 'Cache-Control', 'max-age=60')).toMatchObject({
        store: false,
      })
    },
  )

  it.each<readonly [string, readonly string[], number | undefined]>([
    ['the first that is there', ['Shop-Cache-Control', 'max-age=5'], 5],
    ['no other than those of the list', ['Else-Cache-Control', 'max-age=5'], undefined],
    [
      'the first before the second, in whatever order they came',
      ['CDN-Cache-Control', 'max-age=7', 'Shop-Cache-Control', 'max-age=5'],
      5,
    ],
    [
      'the second when the first is empty',
      ['Shop-Cache-Control', '', 'CDN-Cache-Control', 'max-age=7'],
      7,
    ],
    [
      'the second when the first is broken',
      ['Shop-Cache-Control', 'max-age=', 'CDN-Cache-Control', 'max-age=7'],
      7,
    ],
  ])('of several targets hears %s', (_what, fields, maxAge) => {
    const control = targetedControl(fields, ['shop-cache-control', 'cdn-cache-control'])

    expect(control?.maxAge).toBe(maxAge)
  })

  it('takes a broken first target that seems to restrict for a restriction', () => {
    const fields = ['Shop-Cache-Control', 'Private,', 'CDN-Cache-Control', 'max-age=7']

    expect(targetedControl(fields, ['shop-cache-control', 'cdn-cache-control'])).toMatchObject({
      private: true,
    })
  })

  it('hears nobody when the list is empty', () => {
    expect(targetedControl(['CDN-Cache-Control', 'no-store'], [])).toBeUndefined()
  })

  it('reads a long one in linear time', () => {
    for (const part of ['a=(', 'a;=', 'a="', ' ', 'a,', '(((', '1'.repeat(15)]) {
      expect(targetedControl(['CDN-Cache-Control', part.repeat(100_000)])).toBeUndefined()
    }
  })
})

describe('judge', () => {
  it.each<readonly [string, string, number]>([
    ['Cache-Control', 'no-store', 600_000],
    ['Cache-Control', 's-maxage=5', 600_000],
    ['Expires', '0', 600_000],
    ['Pragma', 'no-cache', 600_000],
  ])('hears CDN-Cache-Control before %s: %s', (name, value, freshMs) => {
    expect(verdict('CDN-Cache-Control', 'max-age=600', name, value)).toMatchObject({
      store: true,
      freshMs,
      mustRevalidate: false,
    })
  })

  it('keeps as long as the page’s ttl when CDN-Cache-Control names no lifetime', () => {
    const said = ['CDN-Cache-Control', 'public', 'Cache-Control', 'max-age=5']

    expect(verdict(...said)).toMatchObject({ store: true, freshMs: 60_000 })
  })

  it.each(['no-store', 'private', 'no-cache', 'max-age=0', 'no-store=?0'])(
    'refuses CDN-Cache-Control: %s, whatever Cache-Control says',
    (value) => {
      const said = ['CDN-Cache-Control', value, 'Cache-Control', 'public, max-age=60']

      expect(verdict(...said)).toMatchObject({ store: false })
    },
  )

  it('refuses Set-Cookie also then', () => {
    expect(verdict('CDN-Cache-Control', 'max-age=600', 'Set-Cookie', 'a=1')).toMatchObject({
      store: false,
      reason: 'set-cookie',
    })
  })
})
