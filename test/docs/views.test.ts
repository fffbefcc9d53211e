// The examples of docs/http/views.md run as they stand there.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Hono } from 'hono'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '../..')
const folder = join(root, '.build/docs-views')
const examples = new Map<string, string>()

beforeAll(async () => {
  const page = await readFile(join(root, 'docs/http/views.md'), 'utf8')
  const setup = /```ts setup\n(.*?)```/s.exec(page)?.[1] as string
  for (const [, title, code] of page.matchAll(/^## ([^\n]+)\n\n```ts\n(.*?)```/gms)) {
    examples.set(title as string, `${setup}${code}export { app, cache }\n`)
  }
  await mkdir(folder, { recursive: true })
})

afterAll(async () => {
  await rm(folder, { recursive: true, force: true })
})

async function open(
  title: string,
): Promise<(path: string, init?: RequestInit) => Promise<Response>> {
  const file = join(folder, `${title.replace(/\W+/g, '-')}.ts`)
  await writeFile(file, examples.get(title) as string)
  const { app } = (await import(/* @vite-ignore */ file)) as { app: Hono }
  return async (path, init = {}) => {
    const response = await app.request(`http://site.test${path}`, init)
    const text = await response.text()
    return new Response(response.status === 304 ? null : text, response)
  }
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
    const { cache } = (await import(
      /* @vite-ignore */ join(folder, 'prefix-and-other-caches.ts')
    )) as { cache: { keys(): AsyncIterable<string> } }
    await ask('/a')
    await ask('/b')

    await expect
      .poll(async () => {
        const keys: string[] = []
        for await (const key of cache.keys()) keys.push(key)
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
    expect([...examples.keys()]).toHaveLength(7)
  })
})
