import { describe, expect, it } from 'vitest'
import { conditional, type ConditionalOptions, pageCache } from '../../src/http/index.ts'
import { CachedPages } from './cached-pages.ts'
import { FakeClock } from './fake-clock.ts'

interface Asked {
  readonly method?: string
  readonly headers?: Record<string, string>
  /** What a layer before has put on the request. */
  readonly user?: unknown
}

async function ask(options: ConditionalOptions, asked: Asked = {}): Promise<Response> {
  const { headers = {}, method = 'GET', user } = asked
  const request = new Request('http://site.test/a', { method, headers })
  if (user !== undefined) Object.assign(request, { user })
  return await conditional(options)(request, () => new Response('page'))
}

async function tagOf(options: ConditionalOptions, asked: Asked = {}): Promise<string | null> {
  return (await ask(options, asked)).headers.get('etag')
}

describe('conditional', () => {
  it.each<readonly [unknown, string | RegExp | null]>([
    ['v7', '"v7"'],
    ['"v7"', '"v7"'],
    ['W/"v7"', 'W/"v7"'],
    ['""', '""'],
    [7, '"7"'],
    [7n, '"7"'],
    ['', /^"[\w-]{22}"$/],
    ['two words', /^"[\w-]{22}"$/],
    ['"half', /^"[\w-]{22}"$/],
    ['snow ☃', /^"[\w-]{22}"$/],
    ['w/"v7"', /^"[\w-]{22}"$/],
    [undefined, null],
    [null, null],
  ])('makes of the tag %s the field %s', async (told, field) => {
    const found = await tagOf({ etag: () => told as string })

    if (field instanceof RegExp) expect(found).toMatch(field)
    else expect(found).toBe(field)
  })

  it('tells no date after now', async () => {
    const clock = new FakeClock()
    const lastModified = (): Date => new Date(clock.now() + 60_000)

    const response = await ask({ lastModified, clock })

    expect(response.headers.get('last-modified')).toBe(new Date(clock.now()).toUTCString())
  })

  it('waits for both functions at once', async () => {
    let release = (): void => {}
    const gate = new Promise<void>((resolve) => (release = resolve))
    const etag = async (): Promise<string> => {
      await gate
      return 'v7'
    }
    const lastModified = (): Date => {
      release()
      return new Date('2026-01-02T00:00:00Z')
    }

    expect((await ask({ etag, lastModified })).headers.get('etag')).toBe('"v7"')
  })

  it.each<readonly [string, object]>([
    ['etag', {}],
    ['etag', { etag: 'v7' }],
    ['lastModified', { lastModified: new Date() }],
    ['user', { etag: () => 'v7', user: 'ann' }],
    ["Did you mean 'lastModified'?", { lastmodified: () => undefined }],
  ])('refuses while building, naming %s, %j', (name, options) => {
    const act = (): unknown => conditional(options)
    expect(act).toThrow(expect.objectContaining({ code: 'E_OPTION' }))
    expect(act).toThrow(name)
  })

  it.each<readonly [string, object]>([
    ['etag', { etag: () => ({}) }],
    ['lastModified', { lastModified: () => 1_700_000_000_000 }],
    ['lastModified', { lastModified: () => new Date('soon') }],
    ['user', { etag: () => 'v7', user: () => ({ id: 7 }) }],
  ])(
    'goes on without, and says so, when a function of %s answers something odd',
    async (name, options) => {
      const told: unknown[] = []

      const response = await ask({ ...options, onError: (error) => told.push(error) })

      expect([response.status, response.headers.get('etag')]).toEqual([200, null])
      expect(told).toEqual([expect.objectContaining({ code: 'E_OPTION' })])
      expect(String(told)).toContain(name)
    },
  )

  it('lets no guarded write through when a function fails', async () => {
    const options = {
      etag: () => {
        throw new Error('The database is away.')
      },
      onError: () => {},
    }
    const guarded = { method: 'PUT', headers: { 'if-match': '"v7"' } }

    await expect(ask(options, guarded)).rejects.toThrow('The database is away.')
    expect((await ask(options, { method: 'PUT' })).status).toBe(200)
  })

  describe('whose tag it is', () => {
    const options: ConditionalOptions = { etag: () => 'v7' }

    it('is plain for nobody', async () => {
      expect(await tagOf(options, { headers: { cookie: 'ad=1' } })).toBe('"v7"')
      expect(await tagOf({ ...options, user: () => null })).toBe('"v7"')
    })

    it('is by option user, a number and its text apart', async () => {
      const users = ['7', 7, 7n, '8'] as const
      const tags = await Promise.all(
        users.map(async (user) => await tagOf({ ...options, user: () => user })),
      )

      expect(new Set(tags).size).toBe(users.length)
      expect(tags).not.toContain('"v7"')
    })

    it('is by Authorization and cookies where a layer has found somebody', async () => {
      const ann = { user: { id: 1 }, headers: { cookie: 'sid=a' } }
      const bob = { user: { id: 2 }, headers: { cookie: 'sid=b' } }
      const tags = [await tagOf(options, ann), await tagOf(options, bob)]

      expect(tags[0]).toBe(await tagOf(options, ann))
      expect(tags[0]).not.toBe(tags[1])
      const asBob = { ...bob, headers: { ...bob.headers, 'if-none-match': tags[0] as string } }
      expect((await ask(options, asBob)).status).toBe(200)
    })

    it('stays weak where it was', async () => {
      const weak = { etag: () => 'W/"v7"', user: () => 'ann' }

      expect(await tagOf(weak)).toMatch(/^W\/"[\w-]{22}"$/)
    })

    it('lets somebody’s guarded write be checked by date', async () => {
      const dated = {
        lastModified: () => new Date('2026-01-02T00:00:00Z'),
        user: () => 'ann',
      }
      const headers = { 'if-unmodified-since': 'Thu, 01 Jan 2026 00:00:00 GMT' }

      expect((await ask(dated, { method: 'PUT', headers })).status).toBe(412)
    })
  })

  it('leaves the tag of a page that all share to its cache, when somebody’s request makes it', async () => {
    const clock = new FakeClock()
    const store = new CachedPages(clock)
    const pages = pageCache(store, '60s', { clock })
    const word = conditional({ etag: () => 'v7', user: (request) => request.headers.get('x-user') })
    const visit = async (headers: Record<string, string>): Promise<Response> => {
      const request = new Request('http://site.test/a', { headers })
      const response = await pages(request, async (asked) => {
        return await word(asked, () => new Response('page'))
      })
      await response.text()
      await store.quiet()
      return response
    }

    const first = await visit({ 'x-user': 'ann' })
    const second = await visit({ 'x-user': 'bob' })

    expect(first.headers.get('etag')).toBeNull()
    expect(second.headers.get('etag')).toMatch(/^"[\w-]{22}"$/)
    expect(second.headers.get('vary')).toBeNull()
    await store.close()
  })
})
