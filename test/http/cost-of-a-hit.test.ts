// Counted work, since time depends on the machine: `npm run bench servers` and `npm run bench http` take that.
import { createHook } from 'node:async_hooks'
import crypto from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'
import { IncomingMessage, ServerResponse } from 'node:http'
import { Duplex } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Cache } from '../../src/cache/cache.ts'
import { createCaches } from '../../src/config/create-caches.ts'
import { fieldsByLowerName, fieldsByName } from '../../src/http/adapters/node/fields-by-name.ts'
import { cachePage } from '../../src/http/adapters/node/index.ts'
import { PageCache, webExchange } from '../../src/http/index.ts'
import type { Exchange } from '../../src/http/exchange.ts'
import type { Reply } from '../../src/http/replay.ts'
import { memory } from '../../src/stores/memory/memory.ts'
import { FakeClock } from './fake-clock.ts'

const ADDRESS = 'http://site.test/product/7?color=red'
const view = (): Response => new Response('page', { headers: { 'Content-Type': 'text/html' } })

describe('a hit on a page in memory', () => {
  let cache: Cache
  let clock: FakeClock
  let pages: PageCache<Request>

  beforeEach(() => {
    clock = new FakeClock()
    cache = createCaches({ default: { store: memory() } }).default
    pages = new PageCache<Request>(cache, '1h', { clock, cacheStatus: false })
  })
  afterEach(async () => {
    vi.restoreAllMocks()
    vi.unstubAllGlobals()
    await cache.close()
  })

  function exchange(): Exchange<Request, Response> {
    const request = new Request(ADDRESS)
    return webExchange(request, view, { incoming: request, once: false })
  }

  /** Asks until a page is at hand, and once more, so that what is found out once has been found out. */
  async function warm(): Promise<void> {
    for (let hits = 0; hits < 2;) {
      const answer = pages.answer(exchange())
      if (answer instanceof Response) hits++
      await (await answer).text()
    }
  }

  it('is answered in the turn in which it is asked for', async () => {
    await warm()

    expect(pages.answer(exchange())).toBeInstanceOf(Response)
  })

  it('hashes nothing, writes no JSON, takes no address apart and asks the machine for the time once', async () => {
    await warm()
    const asked = exchange()
    const work = { hash: 0, url: 0 }
    const { hash } = crypto
    vi.spyOn(crypto, 'hash').mockImplementation((...given: Parameters<typeof hash>) => {
      work.hash++
      return hash(...given)
    })
    syncBuiltinESMExports()
    vi.stubGlobal(
      'URL',
      class extends URL {
        constructor(...given: ConstructorParameters<typeof URL>) {
          super(...given)
          work.url++
        }
      },
    )
    const stringify = vi.spyOn(JSON, 'stringify')
    const now = vi.spyOn(Date, 'now')

    void pages.answer(asked)
    const counted = { ...work, json: stringify.mock.calls.length, now: now.mock.calls.length }
    vi.restoreAllMocks()
    syncBuiltinESMExports()

    // The page cache's own clock is another one here.
    expect(counted).toEqual({ hash: 0, url: 0, json: 0, now: 1 })
  })

  it('makes no promise and no timer but what the platform\u2019s Response makes', async () => {
    await warm()
    const asked = exchange()
    const answer = Response.error()
    const reply = vi.spyOn(asked, 'reply').mockReturnValue(answer)

    expect(madeDuring(() => void pages.answer(asked))).toEqual([])
    expect(reply).toHaveBeenCalledOnce()
  })

  it('makes no promise and no timer on node:http', async () => {
    const handle = cachePage(cache, '1h', { cacheStatus: false })((_, response) => {
      response.setHeader('Content-Type', 'text/html')
      response.end('page')
    })
    while ((await cache.stats()).hits === 0) await handle(...pair())
    const asked = pair()

    const made = madeDuring(() => void handle(...asked))

    expect(made.filter((type) => ['PROMISE', 'Timeout', 'Immediate'].includes(type))).toEqual([])
    expect(asked[1].headersSent).toBe(true)
  })

  it('is one and the same answer for a second, whose fields nobody can change', async () => {
    await warm()
    const sent: Reply[] = []
    const noted = (): void => {
      const asked = exchange()
      vi.spyOn(asked, 'reply').mockImplementation((reply) => {
        sent.push(reply)
        return Response.error()
      })
      void pages.answer(asked)
    }

    noted()
    noted()
    clock.advance(1000)
    noted()

    expect(sent[0]).toBe(sent[1])
    expect(sent[0]?.fields).not.toBe(sent[2]?.fields)
    expect(Object.isFrozen(sent[0]?.fields)).toBe(true)
    expect(sent.map(({ fields }) => fields[fields.indexOf('Age') + 1])).toEqual(['0', '0', '1'])
  })

  it('asks its framework for the route once, and takes no field of the request that asks plainly', async () => {
    await warm()
    const asked = exchange()
    const route = vi.spyOn(asked, 'route')
    const header = vi.spyOn(asked, 'header')

    void pages.answer(asked)

    expect(route).not.toHaveBeenCalled()
    expect(header).not.toHaveBeenCalled()
  })

  it('has the fields in the forms of its framework made once a second', async () => {
    await warm()
    const sent: Reply[] = []
    for (let hits = 0; hits < 2; hits++) {
      const asked = exchange()
      const reply = vi.spyOn(asked, 'reply')
      void pages.answer(asked)
      sent.push(...(reply.mock.lastCall ?? []))
    }

    expect(sent[0]?.forms?.record).toBeDefined()
    expect(sent[1]?.forms).toBe(sent[0]?.forms)
    expect(fieldsByName(sent[0] as Reply)).toBe(fieldsByName(sent[1] as Reply))
    expect(fieldsByLowerName(sent[0] as Reply)).toBe(fieldsByLowerName(sent[1] as Reply))
  })

  it('is none from the moment on in which the page is invalidated', async () => {
    await warm()
    const invalidated = cache.invalidateTags(['product:7', 'other'])
    await invalidated
    expect(pages.answer(exchange())).toBeInstanceOf(Response)

    await cache.clear()

    expect(pages.answer(exchange())).toBeInstanceOf(Promise)
  })
})

/** The asynchronous resources that come to be while `act` runs. */
function madeDuring(act: () => void): readonly string[] {
  const made: string[] = []
  const hook = createHook({ init: (_, type) => void made.push(type) })
  hook.enable()
  try {
    act()
  } finally {
    hook.disable()
  }
  return made
}

/** A request of node:http and its response, on a connection to nowhere. */
function pair(): [IncomingMessage, ServerResponse] {
  const socket = new Duplex({
    read() {},
    write(_chunk, _encoding, done) {
      done()
    },
  })
  const request = new IncomingMessage(socket as never)
  Object.assign(request, {
    method: 'GET',
    url: '/product/7',
    httpVersionMajor: 1,
    httpVersionMinor: 1,
  })
  request.headers.host = 'site.test'
  return [request, new ServerResponse(request)]
}
