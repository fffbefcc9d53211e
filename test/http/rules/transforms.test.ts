import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isCompressible, isLeftAlone } from '../../../src/http/rules/transforms.ts'

const html = ['Content-Type', 'text/html']

describe('isCompressible', () => {
  it.each([
    'text/html',
    'TEXT/HTML; charset=utf-8',
    'text/css',
    'text/plain;charset=utf-8',
    'application/json',
    'application/json ; charset=utf-8',
    'application/ld+json',
    'application/problem+json',
    'application/javascript',
    'application/xml',
    'application/rss+xml',
    'application/wasm',
    'application/manifest+json',
    'image/svg+xml',
    'image/x-icon',
    'font/ttf',
  ])('is true of %s', (type) => {
    expect(isCompressible(['content-type', type])).toBe(true)
  })

  it.each([
    'text/event-stream',
    'image/png',
    'image/jpeg',
    'video/mp4',
    'application/zip',
    'application/pdf',
    'application/octet-stream',
    'font/woff2',
    'multipart/form-data',
    'application/jsonx',
    '',
    'json',
  ])('is false of %s', (type) => {
    expect(isCompressible(['Content-Type', type])).toBe(false)
  })

  it('is false of a page without a type, or with two', () => {
    expect(isCompressible([])).toBe(false)
    expect(isCompressible([...html, ...html])).toBe(false)
  })

  it.each<readonly [string, string]>([
    ['Content-Encoding', 'gzip'],
    ['content-encoding', 'identity'],
    ['Content-Range', 'bytes 0-1/2'],
    ['Content-Digest', 'sha-256=:x:'],
    ['Repr-Digest', 'sha-256=:x:'],
    ['Digest', 'sha-256=x'],
    ['Content-MD5', 'x'],
    ['Cache-Control', 'no-transform'],
    ['Cache-Control', 'public, No-Transform'],
    ['Cache-Control', 'no-transform="x"'],
    ['Cache-Control', '"no-transform'],
    ['CDN-Cache-Control', 'max-age=1, no-transform'],
  ])('is false of what says %s: %s', (name, value) => {
    expect(isCompressible([...html, name, value])).toBe(false)
  })
})

describe('isLeftAlone', () => {
  it.each<readonly [string, string]>([
    ['Content-Encoding', 'gzip'],
    ['Content-Type', 'image/png'],
    ['Content-Type', 'video/mp4; codecs="avc1"'],
    ['Content-Type', 'application/pdf'],
    ['Cache-Control', 'no-transform'],
    ['Cache-Control', 'max-age=60, no-transform, public'],
  ])('is true of what says %s: %s', (name, value) => {
    expect(isLeftAlone([name, value])).toBe(true)
  })

  it.each<readonly [string, string]>([
    ['Content-Type', 'text/html'],
    // Some compress it.
    ['Content-Type', 'application/octet-stream'],
    ['Content-Type', 'image/svg+xml'],
    ['Content-Type', 'image/bmp'],
    ['Content-Type', 'image/pngx'],
    ['Content-Encoding', 'identity'],
    ['Content-Encoding', ''],
    // Not all read these as no-transform.
    ['Cache-Control', 'No-Transform'],
    ['Cache-Control', 'no-transform=x'],
    ['Cache-Control', 'x-no-transform'],
    ['X-Other', 'no-transform'],
  ])('is false of what says %s: %s', (name, value) => {
    expect(isLeftAlone([name, value])).toBe(false)
  })

  it('is false of a page with two types, of which others may read either', () => {
    expect(isLeftAlone(['Content-Type', 'image/png', 'Content-Type', 'text/html'])).toBe(false)
  })
})

describe.each([
  ['isCompressible', isCompressible],
  ['isLeftAlone', isLeftAlone],
])('%s', (_name, read) => {
  const names = ['Content-Type', 'Content-Encoding', 'Cache-Control']

  it('never throws', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...names),
        fc.string(),
        (name, value) => void read([name, value]),
      ),
    )
  })

  it.each(['a', '+', '/', ' ', ',', 'a/', 'a+json', '+json ', 'no-', 'no-transform,', '\t;'])(
    'takes no longer than its field is long: %j, half a million times',
    (unit) => {
      for (const name of names) {
        for (const head of ['', 'a/', 'text/', 'a/b+json']) {
          expect(() => read([name, head + unit.repeat(500_000)])).not.toThrow()
        }
      }
    },
  )
})
