// Whatever a client asks for, what it gets is a right answer by itself, and parts never come together to another page.
import { createHash } from 'node:crypto'
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { StoredPage } from '../../src/http/record.ts'
import { type Reply, replay } from '../../src/http/replay.ts'
import { httpDate } from '../../src/http/rules/http-date.ts'

const NOW = Date.UTC(2026, 10, 28)
const TEXT = 'a page of words. '.repeat(20)

const body = fc.oneof(
  fc.constant(Buffer.from(TEXT)),
  fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
)
const fields = fc.record({
  type: fc.constantFrom('text/html', 'image/png', 'application/octet-stream'),
  control: fc.constantFrom('max-age=60', 'max-age=60, no-transform', 'No-Transform'),
  etag: fc.constantFrom('strong', 'weak'),
  modified: fc.constantFrom(undefined, NOW - 60_000, NOW),
})

interface Made {
  readonly page: StoredPage
  readonly plain: Buffer
}

const page: fc.Arbitrary<Made> = fc
  .tuple(body, fields, fc.boolean())
  .map(([plain, of, isCoded]) => {
    const digest = createHash('sha256').update(plain).digest('hex').slice(0, 8)
    const list = ['Content-Type', of.type, 'Cache-Control', of.control, 'Date', httpDate(NOW)]
    list.push('ETag', of.etag === 'weak' ? `W/"${digest}"` : `"${digest}"`)
    if (of.modified !== undefined) list.push('Last-Modified', httpDate(of.modified))
    if (isCoded) list.push('Vary', 'Accept-Encoding')
    const coded = [
      { coding: 'br' as const, body: brotliCompressSync(plain) },
      { coding: 'gzip' as const, body: gzipSync(plain) },
    ]
    return {
      plain,
      page: {
        kind: 'page',
        key: 'page',
        status: 200,
        reason: '',
        fields: list,
        body: plain,
        coded: isCoded ? coded : [],
        holes: null,
        storedAt: NOW,
        freshUntil: null,
        initialAge: 0,
        mustRevalidate: false,
        noCache: false,
        staleUntil: NOW,
        errorUntil: NOW,
        held: null,
        validators: [],
        vary: [],
        tags: [],
        search: { query: '', rule: null },
      },
    }
  })

const encoding = fc.constantFrom(
  undefined,
  '',
  'identity',
  'gzip',
  'br',
  'gzip, deflate, br',
  '*',
  'br;q=0, *;q=0.5',
  'identity;q=1, *;q=0',
  'zstd',
)
const range = fc.oneof(
  fc.constantFrom(undefined, 'bytes=0-', 'bytes=-1', 'bytes=0-0,2-2', 'rubbish'),
  fc.tuple(fc.nat({ max: 60 }), fc.nat({ max: 60 })).map(([a, b]) => `bytes=${a}-${b}`),
)

function ask(of: StoredPage, headers: Record<string, string | undefined>, method = 'GET'): Reply {
  return replay(of, { method, header: (name) => headers[name], now: NOW, cut: 'safe' }, () => ({
    add: [],
    drop: [],
  }))
}

function field(reply: Reply, name: string): string | undefined {
  const at = reply.fields.findIndex((each, index) => index % 2 === 0 && each.toLowerCase() === name)
  return at === -1 ? undefined : reply.fields[at + 1]
}

function decoded(bytes: Buffer, coding: string | undefined): Buffer {
  if (coding === undefined) return bytes
  return coding === 'br' ? brotliDecompressSync(bytes) : gunzipSync(bytes)
}

describe('replay', () => {
  it('sends the whole in a coding that the client accepts, or a part of it, or says why not', () => {
    fc.assert(
      fc.property(page, encoding, range, ({ page: of, plain }, accept, asked) => {
        const whole = ask(of, { 'accept-encoding': accept })
        const got = ask(of, { 'accept-encoding': accept, range: asked })

        const coding = field(whole, 'content-encoding')
        expect([whole.status, decoded(whole.body as Buffer, coding).equals(plain)]).toEqual([
          200,
          true,
        ])
        expect(coding === undefined || accepts(accept, coding)).toBe(true)
        if (got.status === 416) {
          expect(field(got, 'content-range')).toBe(`bytes */${whole.body?.length ?? -1}`)
          return
        }
        expect(field(got, 'content-length')).toBe(String(got.body?.length))
        expect(field(got, 'etag')).toBe(field(whole, 'etag'))
        expect(field(got, 'content-encoding')).toBe(coding)
        if (got.status === 200) {
          expect(got).toEqual(whole)
          return
        }
        const [, first, last, length] = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(
          field(got, 'content-range') ?? '',
        ) as RegExpExecArray
        expect([got.status, Number(length)]).toEqual([206, whole.body?.length])
        expect(got.body).toEqual(whole.body?.subarray(Number(first), Number(last) + 1))
      }),
      { numRuns: 2000 },
    )
  })

  it('cuts nothing that a compressor on the way may take for a page', () => {
    fc.assert(
      fc.property(page, encoding, range, ({ page: of }, accept, asked) => {
        const got = ask(of, { 'accept-encoding': accept, range: asked })
        if (got.status !== 206) return

        const mayCode = ['br', 'gzip', 'zstd'].some((coding) => accepts(accept, coding))
        const isCoded = field(got, 'content-encoding') !== undefined
        const isPicture = of.fields.includes('image/png')
        const isBarred = of.fields.includes('max-age=60, no-transform')
        expect(!mayCode || isCoded || isPicture || isBarred).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })

  it('never lets a client put parts of two codings together, whatever it has accepted before', () => {
    fc.assert(
      fc.property(page, encoding, encoding, fc.nat({ max: 30 }), ({ page: of }, then, now, at) => {
        const first = ask(of, { 'accept-encoding': then })
        const had = first.body as Buffer
        const ifRange = field(first, 'etag') as string
        const byDate = field(first, 'last-modified')
        for (const validator of byDate === undefined ? [ifRange] : [ifRange, byDate]) {
          const rest = ask(of, {
            'accept-encoding': now,
            range: `bytes=${at}-`,
            'if-range': validator,
          })
          if (rest.status !== 206) continue
          expect(Buffer.concat([had.subarray(0, at), rest.body as Buffer]).equals(had)).toBe(true)
        }
      }),
      { numRuns: 2000 },
    )
  })

  it('answers HEAD with the fields of GET', () => {
    fc.assert(
      fc.property(page, encoding, range, ({ page: of }, accept, asked) => {
        const got = ask(of, { 'accept-encoding': accept })
        const head = ask(of, { 'accept-encoding': accept, range: asked }, 'HEAD')

        expect(head).toEqual({ ...got, body: null })
      }),
    )
  })

  it('answers 304 to whoever has the page in any coding, with the tag that it has', () => {
    fc.assert(
      fc.property(page, encoding, encoding, range, ({ page: of }, then, now, asked) => {
        const etag = field(ask(of, { 'accept-encoding': then }), 'etag') as string

        const got = ask(of, { 'accept-encoding': now, range: asked, 'if-none-match': etag })

        expect([got.status, got.body, field(got, 'etag')]).toEqual([304, null, etag])
        const names = got.fields
          .filter((_, index) => index % 2 === 0)
          .map((each) => each.toLowerCase())
        expect(names).not.toContain('content-encoding')
        expect(names).not.toContain('content-length')
        expect(names).not.toContain('content-type')
      }),
    )
  })
})

/** By the text of the field, for the few spellings above. */
function accepts(line: string | undefined, coding: string): boolean {
  const members = (line ?? '').split(',').map((member) => member.trim())
  const own = members.find((member) => member.split(';')[0] === coding)
  const member = own ?? members.find((each) => each.startsWith('*'))
  return member !== undefined && !member.endsWith('q=0')
}
