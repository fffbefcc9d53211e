// Django's words and ours on one table of inputs. Where ours are stricter the row says what Django makes of it.
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { PYTHON } from '../../scripts/setup.mjs'
import {
  cacheControl,
  type CacheControlOptions,
  conditional,
  neverCache,
  varyOnHeaders,
} from '../../src/http/index.ts'

async function askDjango(rows: readonly object[]): Promise<unknown[]> {
  const script = join(import.meta.dirname, 'django-words.py')
  return await new Promise((resolve, reject) => {
    const child = execFile(PYTHON, [script], (error, stdout) => {
      if (error === null) resolve(JSON.parse(stdout) as unknown[])
      else reject(error)
    })
    child.stdin?.end(JSON.stringify(rows))
  })
}

function headersOf(name: string, line: string | null): Headers {
  return new Headers(line === null ? {} : { [name]: line })
}

/** In any order, without blanks. */
function members(line: unknown): readonly string[] {
  return String(line)
    .split(',')
    .map((each) => each.trim())
    .toSorted()
}

describe('cacheControl and Django’s patch_cache_control', () => {
  const rows: readonly (readonly [
    lines: string | null,
    options: CacheControlOptions,
    more: object,
    django?: string,
  ])[] = [
    [null, { maxAge: '60s' }, { max_age: 60 }],
    ['max-age=20', { maxAge: '10s' }, { max_age: 10 }],
    ['max-age=10', { maxAge: '20s' }, { max_age: 20 }],
    ['Private, MAX-AGE=20', { maxAge: '10s' }, { max_age: 10 }],
    ['public', { private: true }, { private: true }],
    ['public, max-age=5', { private: true, maxAge: '9s' }, { private: true, max_age: 9 }],
    ['private', { private: true }, { private: true }],
    ['no-cache', { noCache: true }, { no_cache: true }],
    ['no-cache=Set-Cookie', { noCache: true }, { no_cache: true }],
    ['must-revalidate', { noStore: true }, { no_store: true }],
    ['own=1', { public: true, sharedMaxAge: '9s' }, { public: true, s_maxage: 9 }],
    ['max-age=60', { immutable: true }, { immutable: true }],
    // A route must not publish what a view has called private, nor lengthen a life of another name.
    ['private', { public: true }, { public: true }, 'public'],
    ['s-maxage=5', { sharedMaxAge: '9s' }, { s_maxage: 9 }, 's-maxage=9'],
  ]

  it('come to the same, or to something stricter', async () => {
    const answers = await askDjango(
      rows.map(([lines, , more]) => ({ act: 'control', lines, more })),
    )

    for (const [index, [lines, options, , django]] of rows.entries()) {
      const ours = cacheControl(headersOf('Cache-Control', lines), options).get('Cache-Control')
      const theirs = answers[index]
      if (django === undefined) expect(members(ours)).toEqual(members(theirs))
      else expect([theirs, ours]).toEqual([django, lines])
    }
  })
})

describe('neverCache and Django’s add_never_cache_headers', () => {
  it('say the same', async () => {
    const lines = [null, 'public, max-age=600', 'private', 'no-cache=Set-Cookie, own=1']
    const answers = await askDjango(lines.map((each) => ({ act: 'never', lines: each })))

    for (const [index, line] of lines.entries()) {
      const ours = neverCache(headersOf('Cache-Control', line)).get('Cache-Control')
      expect(members(ours)).toEqual(members(answers[index]))
    }
    expect(members(neverCache())).toEqual(members(answers[0]))
  })
})

describe('varyOnHeaders and Django’s patch_vary_headers', () => {
  it('come to the same', async () => {
    const rows: readonly (readonly [string | null, readonly string[]])[] = [
      [null, ['Accept-Encoding']],
      ['Accept-Encoding', ['accept-encoding']],
      ['Accept-Encoding', ['ACCEPT-ENCODING', 'Cookie']],
      ['Cookie, Accept-Encoding', ['Accept-Encoding', 'cookie']],
      ['Cookie    ,     Accept-Encoding', ['Origin']],
      ['*', ['Accept-Language']],
      ['Cookie, *', ['Accept-Language']],
      ['Cookie', ['*']],
    ]
    const answers = await askDjango(rows.map(([lines, names]) => ({ act: 'vary', lines, names })))

    for (const [index, [line, names]] of rows.entries()) {
      const ours = varyOnHeaders(headersOf('Vary', line), ...names).get('Vary')
      expect(ours).toBe(answers[index])
    }
  })
})

describe('conditional and Django’s condition', () => {
  const lastModified = Date.UTC(2026, 0, 2)
  const [before, then, after] = [1, 2, 3].map((day) =>
    new Date(Date.UTC(2026, 0, day)).toUTCString(),
  )
  const fields: readonly Record<string, string>[] = [
    {},
    { 'if-none-match': '"v7"' },
    { 'if-none-match': 'W/"v7"' },
    { 'if-none-match': '"v6", "v7"' },
    { 'if-none-match': '"v6"' },
    { 'if-none-match': '*' },
    { 'if-none-match': '"v6"', 'if-modified-since': after as string },
    { 'if-modified-since': before as string },
    { 'if-modified-since': then as string },
    { 'if-modified-since': after as string },
    { 'if-match': '"v7"' },
    { 'if-match': '"v6"' },
    { 'if-match': 'W/"v7"' },
    { 'if-match': '*' },
    { 'if-match': '"v7"', 'if-unmodified-since': before as string },
    { 'if-match': '"v7"', 'if-none-match': '"v7"' },
    { 'if-unmodified-since': before as string },
    { 'if-unmodified-since': then as string },
    { 'if-unmodified-since': 'soon', 'if-modified-since': 'soon' },
  ]
  const currents: readonly { etag?: string; lastModified?: number }[] = [
    { etag: 'v7' },
    { etag: '"v7"' },
    { etag: 'W/"v7"' },
    { lastModified },
    { etag: 'v7', lastModified },
  ]
  const rows = currents.flatMap((current) => {
    return ['GET', 'HEAD', 'PUT', 'DELETE'].flatMap((method) => {
      return fields.map((each) => ({ act: 'conditional', method, fields: each, ...current }))
    })
  })

  async function ours(row: (typeof rows)[number]): Promise<unknown> {
    const date = row.lastModified
    const handle = conditional({
      etag: () => row.etag,
      lastModified: () => (date === undefined ? undefined : new Date(date)),
    })
    const request = new Request('http://site.test/', { method: row.method, headers: row.fields })
    const response = await handle(request, () => new Response('page'))
    return [response.status, response.headers.get('etag'), response.headers.get('last-modified')]
  }

  /** Where Django does not do as RFC 9110 says, and we do. */
  function expected({ fields: asked, etag, lastModified: date }: (typeof rows)[number]): boolean {
    // §13.1.1 and §13.1.2: `*` asks whether there is anything, and what has changed at some time is something.
    const star = asked['if-match'] === '*' || asked['if-none-match'] === '*'
    if (star && etag === undefined) return true
    // §13.1.4: to be ignored where no date is known.
    return 'if-unmodified-since' in asked && !('if-match' in asked) && date === undefined
  }

  it('answer alike, but where Django does not do as RFC 9110 says', async () => {
    const answers = await askDjango(rows)
    let differing = 0

    for (const [index, row] of rows.entries()) {
      const mine = await ours(row)
      const theirs = answers[index]
      if (JSON.stringify(mine) === JSON.stringify(theirs)) continue
      differing++
      expect([row, mine, theirs, expected(row)]).toEqual([row, mine, theirs, true])
    }
    expect(differing).toBeGreaterThan(0)
    expect(differing).toBeLessThan(rows.length / 5)
  })
})
