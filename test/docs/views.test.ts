// The examples of docs/http/views.md run as they stand there.
import type { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import { DocPage } from './doc-page.ts'

const page = new DocPage('http/views.md')

interface Example {
  readonly app: Hono
  readonly cache: { keys(): AsyncIterable<string> }
}

type Ask = (path: string, init?: RequestInit) => Promise<Response>

async function open(heading: string): Promise<Ask & Example> {
  const before = page.text('ts', 'Words for views')
  const after = 'export { app, cache }'
  const example = (await page.run(heading, { before, after })) as unknown as Example
  const ask: Ask = async (path, init = {}) => {
    const response = await example.app.request(`http://site.test${path}`, init)
    const text = await response.text()
    return new Response(response.status === 304 ? null : text, response)
  }
  return Object.assign(ask, example)
}

describe('the examples of words for views', () => {
  it('keep a site, and leave out what they say', async () => {
    const ask = await open('siteCache')
    const statuses = async (path: string): Promise<string | null> => {
      await ask(path)
      return (await ask(path)).headers.get('cache-status')
    }

    expect(await statuses('/')).toMatch(/^breakwater; hit; ttl=(?:60|59)$/)
    expect(await statuses('/prices')).toMatch(/^breakwater; hit; ttl=[45],.*cached by its route/)
    expect(await statuses('/account')).toContain('no-store')
    expect(await statuses('/admin/users')).toBe('breakwater; fwd=bypass; detail="except"')
  })

  it('say what browsers may do', async () => {
    const ask = await open('cacheControl')

    expect((await ask('/news')).headers.get('cache-control')).toBe(
      'public, max-age=60, s-maxage=600',
    )
  })

  it('keep out of every cache', async () => {
    const ask = await open('neverCache')

    expect((await ask('/checkout')).headers.get('cache-control')).toContain('no-store')
  })

  it('vary', async () => {
    const ask = await open('varyOnHeaders, varyOnCookie')

    expect((await ask('/hello')).headers.get('vary')).toBe('Accept-Language')
    expect((await ask('/page')).headers.get('vary')).toBe('cookie')
  })

  it('answer without the view, and guard a write', async () => {
    const ask = await open('conditional')
    const etag = (await ask('/report')).headers.get('etag') as string

    expect((await ask('/report', { headers: { 'if-none-match': etag } })).status).toBe(304)
    const write = { method: 'PUT', headers: { 'if-match': etag } }
    expect((await ask('/report', write)).status).toBe(200)
    expect((await ask('/report', write)).status).toBe(412)
  })

  it('keep pages in another alias, and apart by prefix', async () => {
    const ask = await open('prefix, and other caches')
    await ask('/a')
    await ask('/b')

    await expect
      .poll(async () => {
        const keys: string[] = []
        for await (const key of ask.cache.keys()) keys.push(key)
        return keys
      })
      .toEqual([expect.stringMatching(/^page:phone:GET:\/b:/)])
  })

  it('speak in the web’s own terms', async () => {
    const ask = await open("In the web's own terms")
    const { headers } = await ask('/web')

    expect([headers.get('cache-control'), headers.get('vary')]).toEqual([
      'max-age=60',
      'Accept-Language',
    ])
    expect((await ask('/none')).headers.get('cache-control')).toContain('no-store')
    expect((await ask('/value')).headers.get('cache-control')).toBe('max-age=60')
  })

  it('are all of the page', () => {
    expect(page.unused).toEqual([])
  })
})
