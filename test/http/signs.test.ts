// What a page cache counts, and tells those who listen.
import { channel } from 'node:diagnostics_channel'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  type PageEvent,
  type PageEventName,
  type PageHandler,
  type PageOptions,
  type PageSigns,
  type PageStore,
  pageCache,
  purge,
} from '../../src/http/index.ts'
import { PAGE_EVENTS } from '../../src/http/page-events.ts'
import { CachedPages } from './cached-pages.ts'
import { FakeClock } from './fake-clock.ts'
import { MemoryPages } from './memory-pages.ts'

type View = (request: Request) => Promise<Response> | Response

let clock: FakeClock
let store: CachedPages
let pages: PageHandler & PageSigns<Request>
let told: [PageEventName, PageEvent][]

beforeEach(() => {
  clock = new FakeClock()
  store = new CachedPages(clock)
  told = []
})

afterEach(async () => {
  await store.close()
})

function open(options: PageOptions = {}, into: PageStore = store): void {
  pages = pageCache(into, '60s', { clock, onError: () => {}, ...options })
  for (const name of PAGE_EVENTS) pages.on(name, (event) => told.push([name, event]))
}

async function ask(
  path: string,
  view: View = () => new Response('a page'),
  init: RequestInit = {},
) {
  const response = await pages(new Request(`http://site.test${path}`, init), view)
  await response.text()
  await store.quiet()
}

function names(): PageEventName[] {
  return told.map(([name]) => name)
}

describe('on', () => {
  it('tells of a miss and what was stored for it, then of the hit', async () => {
    open({ tags: ['products'], route: '/:name' })

    await ask('/a?secret=1')
    clock.advance(5000)
    await ask('/a?secret=1')

    const of = {
      method: 'GET',
      path: '/a',
      route: '/:name',
      key: expect.stringMatching(/^page:GET:/),
    }
    expect(told).toEqual([
      ['miss', of],
      ['store', { ...of, ttlMs: 60_000, bytes: 6, tags: expect.arrayContaining(['products']) }],
      ['hit', { ...of, ttlMs: 55_000, ageMs: 5000 }],
    ])
  })

  it('tells of a refusal with its reason, and of those who then pass', async () => {
    open()
    const view: View = () => new Response('', { headers: { 'Cache-Control': 'private' } })

    await ask('/a', view)
    await ask('/a', view)

    expect(told.map(([name, { reason }]) => [name, reason])).toEqual([
      ['miss', undefined],
      ['refuse', 'private'],
      ['pass', 'private'],
    ])
  })

  it('tells of requests that the cache keeps out of', async () => {
    open({ when: () => false })

    await ask('/a')

    expect(told).toEqual([['bypass', { method: 'GET', path: '/a', reason: 'when' }]])
  })

  it('tells of stale answers', async () => {
    const memory = new MemoryPages(clock)
    open({ stale: '1h' }, memory)
    await ask('/a')
    await memory.quiet()
    clock.advance(61_000)
    const value = [...memory.entries.values()][0]?.value as never
    // As where another process is refreshing it.
    memory.getOrSet = async () => value

    await ask('/a')

    expect(told.find(([name]) => name === 'stale')?.[1]).toMatchObject({ ttlMs: -1000 })
  })

  it('tells of those who shared a page that was being made', async () => {
    open()
    let finish = (): void => {}
    const finished = new Promise<void>((resolve) => (finish = resolve))
    let start = (): void => {}
    const started = new Promise<void>((resolve) => (start = resolve))
    const view: View = async () => {
      start()
      await finished
      return new Response('a page')
    }

    const first = ask('/a', view)
    await started
    const second = ask('/a', view)
    await store.askedTimes(2)
    finish()
    await Promise.all([first, second])

    expect(names().toSorted()).toEqual(['collapsed', 'miss', 'store'])
  })

  it('tells of what a page varies on beyond its key as a refusal', async () => {
    open()
    const view: View = (request) => {
      const vary = request.url.endsWith('?b') ? 'accept' : 'accept-language'
      return new Response('a page', { headers: { Vary: vary } })
    }
    await ask('/a', view, { headers: { 'accept-language': 'de' } })
    await ask('/a', (request) => (request.headers.get('x-a'), view(request)), {
      headers: { 'accept-language': 'en' },
    })

    expect(told.at(-1)).toEqual(['refuse', expect.objectContaining({ reason: 'vary grew' })])
  })

  it('tells of a variant that goes for another', async () => {
    open({ maxVariants: 1 })
    const view: View = (request) => new Response(`in ${request.headers.get('accept-language')}`)
    for (const language of ['de', 'en', 'fr']) {
      await ask('/a', view, { headers: { 'accept-language': language } })
    }

    expect(names()).toContain('evict')
  })

  it('tells of a write that drops pages', async () => {
    open()

    await ask('/a', () => new Response(''), { method: 'POST' })

    const tags = [expect.stringMatching(/^page-url:/), expect.stringMatching(/^page-search:/)]
    expect(told).toEqual([['purge', { method: 'POST', path: '/a', tags }]])
  })

  it('tells nobody any more when it has been ended', async () => {
    open()
    let calls = 0
    const end = pages.on('miss', () => calls++)

    await ask('/a')
    end()
    await ask('/b')

    expect(calls).toBe(1)
  })

  it('survives a listener that throws, and tells onError', async () => {
    const errors: unknown[] = []
    open({ onError: (error) => errors.push(error) })
    const failure = new Error('The listener failed.')
    pages.on('miss', () => {
      throw failure
    })

    await ask('/a')

    expect(errors).toEqual([failure])
    expect(names()).toEqual(['miss', 'store'])
  })

  it('refuses a name that there is not', () => {
    open()

    expect(() => pages.on('hits' as never, () => {})).toThrow(
      /Option 'on': expected one of hit, stale/,
    )
  })
})

describe('the diagnostics channels', () => {
  it.each(['miss', 'store', 'hit'] as const)('tell of a %s of any page cache', async (name) => {
    open()
    const heard: unknown[] = []
    const listen = (event: unknown): void => void heard.push(event)
    channel(`breakwater:page:${name}`).subscribe(listen)

    await ask('/a')
    await ask('/a')
    channel(`breakwater:page:${name}`).unsubscribe(listen)

    expect(heard).toEqual([expect.objectContaining({ path: '/a' })])
  })

  it('tell of a purge by hand', async () => {
    const heard: unknown[] = []
    const listen = (event: unknown): void => void heard.push(event)
    channel('breakwater:page:purge').subscribe(listen)

    await purge(store, { route: '/product/:id' })
    channel('breakwater:page:purge').unsubscribe(listen)

    expect(heard).toEqual([{ tags: ['page-route:/product/:id'] }])
  })
})

describe('stats', () => {
  it('counts what happened, in all and by route, with the reasons', async () => {
    open({ route: (request) => `/${new URL(request.url).pathname[1]}*` })
    await ask('/apple')
    await ask('/apple')
    await ask('/avocado')
    await ask('/bean', () => new Response('', { status: 404 }))

    const { routes, ...all } = pages.stats()

    expect(all).toEqual({
      events: { miss: 3, store: 2, hit: 1, refuse: 1 },
      reasons: { 'status 404': 1 },
    })
    expect(routes).toEqual({
      '/a*': { events: { miss: 2, store: 2, hit: 1 }, reasons: {} },
      '/b*': { events: { miss: 1, refuse: 1 }, reasons: { 'status 404': 1 } },
    })
  })

  it('remembers 200 routes, and of a route ten verdicts and 50 reasons: a flood of paths costs no memory', async () => {
    open({ passFor: '0s' })
    for (let index = 0; index < 250; index++) await ask(`/${index}`)
    for (let status = 300; status < 360; status++)
      await ask('/a', () => new Response(null, { status }))

    const { events, reasons, routes } = pages.stats()

    expect(events.miss).toBe(310)
    expect(Object.keys(routes)).toHaveLength(200)
    expect(Object.keys(reasons)).toHaveLength(51)
    expect(reasons['other']).toBe(10)
    const { recent } = await pages.explain(new Request('http://site.test/a'))
    expect(recent.verdicts).toHaveLength(10)
    expect(recent.verdicts.at(-1)).toMatchObject({ reason: 'status 359' })
  })
})
