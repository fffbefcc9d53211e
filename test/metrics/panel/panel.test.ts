import { Buffer } from 'node:buffer'
import { channel } from 'node:diagnostics_channel'
import { readFileSync } from 'node:fs'
import type { RequestListener } from 'node:http'
import { join } from 'node:path'
import { createGzip, gunzipSync } from 'node:zlib'
import { Hono } from 'hono'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { callChannel } from '../../../src/base/tracing.ts'
import type { Cache } from '../../../src/cache/cache.ts'
import { createCaches } from '../../../src/config/create-caches.ts'
import { cachePage as cacheHono } from '../../../src/http/adapters/hono/index.ts'
import { cachePage } from '../../../src/http/adapters/node/index.ts'
import { pageCache } from '../../../src/http/index.ts'
import {
  type PanelOptions,
  requestPanel,
  type RequestPanel,
} from '../../../src/metrics/panel/index.ts'
import { PANEL_DEFAULTS } from '../../../src/metrics/panel/options.ts'
import { memory } from '../../../src/stores/memory/memory.ts'
import { FRAMEWORKS, type Listener, type Running, serving } from './frameworks.ts'

const PAGE =
  '<!doctype html><html><head><title>Lamps</title></head><body><h1>Lämps</h1></body></html>'
const PANEL = '<breakwater-panel>'

let cache: Cache
const undo: (() => unknown)[] = []

beforeEach(() => {
  cache = createCaches({ default: { store: memory() } }).default
  undo.push(() => cache.close())
})
afterEach(async () => {
  for (const each of undo.splice(0).toReversed()) await each()
  vi.unstubAllEnvs()
})

function open(options?: PanelOptions): RequestPanel {
  const panel = requestPanel(options)
  undo.push(() => panel.close())
  return panel
}

async function up(listener: Listener): Promise<Running> {
  const running = await serving(listener)
  undo.push(() => running.close())
  return running
}

/** Answers every request by a page of HTML, or what `set` makes of it. */
function answers(act: (response: Parameters<RequestListener>[1]) => unknown): RequestListener {
  return (_, response) => {
    response.setHeader('Content-Type', 'text/html; charset=utf-8')
    act(response)
  }
}

describe('requestPanel', () => {
  it.for(Object.keys(FRAMEWORKS))(
    'records and shows what a request asks of caches, without middleware, on %s',
    async (name) => {
      const panel = open()
      const running = await (FRAMEWORKS[name] as (typeof FRAMEWORKS)[string])(async () => {
        await cache.getOrSet(['product', 7], () => 'lamp')
        await cache.get(['product', 7])
        return { body: PAGE }
      })
      undo.push(() => running.close())

      const response = await fetch(`${running.url}/lamps?page=2`)
      const body = await response.text()

      expect(response.status).toBe(200)
      expect(body).toContain(PANEL)
      expect(body.replace(/<breakwater-panel>.*<\/breakwater-panel>/s, '')).toBe(PAGE)
      expect(response.headers.get('cache-control')).toBe('private, no-store')
      expect(response.headers.get('server-timing')).toMatch(
        /cache;desc="1 hit, 1 miss";dur=[\d.]+, cache-load;desc="1 load";dur=[\d.]+$/,
      )
      const [request] = panel.requests()
      expect(request).toMatchObject({ method: 'GET', url: '/lamps?page=2', status: 200 })
      expect(request?.calls.map(({ kind, operation, keys }) => [kind, operation, keys[0]])).toEqual(
        [
          ['get', 'getOrSet', 'product:7'],
          ['load', 'load', 'product:7'],
          ['get', 'get', 'product:7'],
        ],
      )
      expect(request?.calls[0]?.site).toMatch(/^test\/metrics\/panel\/panel\.test\.ts:\d+$/)
    },
  )

  it('keeps the calls of requests apart that are answered at the same time', async () => {
    const panel = open()
    const running = await up((request, response) => {
      void (async () => {
        for (let turn = 0; turn < 5; turn++) {
          await cache.get(`${request.url} ${turn}`)
          await new Promise(setImmediate)
        }
        response.end()
      })()
    })

    await Promise.all(['/a', '/b', '/c'].map(async (path) => await fetch(running.url + path)))

    for (const { calls, url } of panel.requests())
      expect(calls.map(({ keys }) => keys[0])).toEqual([0, 1, 2, 3, 4].map((n) => `${url} ${n}`))
    expect(panel.requests()).toHaveLength(3)
  })

  it('remembers the last requests, and of one request so many calls', async () => {
    const panel = open({ maxRequests: 2, maxCalls: 3 })

    for (const url of ['/1', '/2', '/3'])
      await panel.run({ url }, async () => {
        for (let n = 0; n < 5; n++) await cache.get(`k${n}`)
      })

    const seen = panel.requests().map(({ calls, dropped, url }) => [url, calls.length, dropped])
    expect(seen).toEqual([
      ['/3', 3, 2],
      ['/2', 3, 2],
    ])
  })

  it('calls out what is asked again, and what is asked one by one', async () => {
    const panel = open()

    await panel.run({ url: '/list' }, async () => {
      for (let id = 1; id <= 5; id++) await cache.get(['product', id])
      await cache.get('settings')
      await cache.get('settings')
      await cache.getMany(['settings', 'other'])
    })

    const [request] = panel.requests()
    expect(request?.repeats).toMatchObject([
      { kind: 'one by one', name: 'product:*', count: 5 },
      { kind: 'same', name: 'settings', count: 2 },
    ])
  })

  it('shows hits, what they spared, where they came from, and what failed', async () => {
    const panel = open()
    await cache.getOrSet(
      'a',
      async () => await new Promise((resolve) => setTimeout(resolve, 15, 1)),
    )

    await panel.run({}, async () => {
      await cache.getOrSet('a', () => 2)
      await cache.incr('nothing').catch(() => {})
      await Promise.all(['x', 'x'].map(async (key) => await cache.getOrSet(key, () => 3)))
    })

    const [request] = panel.requests()
    expect(request?.calls[0]).toMatchObject({ outcome: 'hit', layer: 'store' })
    expect(request?.savedMs).toBeGreaterThan(10)
    expect(request?.calls[1]).toMatchObject({ outcome: 'error', operation: 'incr' })
    expect(request?.calls[1]?.error).toContain('nothing')
    expect(request?.calls.some(({ joined }) => joined)).toBe(true)
    expect(request).toMatchObject({ hits: 1, misses: 2, loads: 1 })
    expect(JSON.parse(JSON.stringify(panel.requests()))).toHaveLength(1)
  })

  it('returns and throws what runs within', async () => {
    const panel = open()
    const failure = new Error('broken')

    expect(panel.run({}, () => 7)).toBe(7)
    expect(await panel.run({}, async () => 8)).toBe(8)
    expect(() =>
      panel.run({}, () => {
        throw failure
      }),
    ).toThrow(failure)
    await expect(panel.run({}, async () => await Promise.reject(failure))).rejects.toBe(failure)
    expect(panel.requests().every(({ durationMs }) => durationMs !== undefined)).toBe(true)
  })

  it('hides what it is told to hide, also when it cannot', async () => {
    let broken = false
    const panel = open({
      redact: (key) => {
        if (broken) throw new Error('no')
        return key.replace(/ann/g, '…')
      },
    })

    await panel.run({}, async () => await cache.get(['user', 'ann']))
    broken = true
    await panel.run({}, async () => await cache.get(['user', 'ann']))

    expect(JSON.stringify(panel.requests())).not.toContain('ann')
  })

  it('records only what it is asked for, and nothing when that cannot be told', async () => {
    const panel = open({
      only: ({ url }) => {
        if (url === '/broken') throw new Error('no')
        return url !== '/admin'
      },
    })
    const running = await up(answers((response) => response.end(PAGE)))

    for (const path of ['/admin', '/broken', '/a'])
      expect(await (await fetch(running.url + path)).text()).toMatch(
        path === '/a' ? /<breakwater-panel>/ : /<\/h1><\/body>/,
      )

    expect(panel.requests().map(({ url }) => url)).toEqual(['/a'])
  })

  it('does nothing in production, unless that is allowed', async () => {
    vi.stubEnv('NODE_ENV', 'production')
    const panel = open()
    const running = await up(answers((response) => response.end(PAGE)))

    const response = await fetch(running.url)
    const ran = panel.run({}, () => 7)
    const handled = await panel.handle(new Request('http://a.test/'), () => new Response(PAGE))

    expect([panel.enabled, ran, await handled.text()]).toEqual([false, 7, PAGE])
    expect(await response.text()).toBe(PAGE)
    expect(response.headers.has('server-timing')).toBe(false)
    expect(callChannel('get').hasSubscribers).toBe(false)
    expect(channel('http.server.request.start').hasSubscribers).toBe(false)
    const allowed = open({ enable: 'always' })
    expect(allowed.enabled).toBe(true)
  })

  it('ends when it is closed: nothing is listened to any more', async () => {
    const panel = requestPanel()
    panel.close()
    panel.close()

    expect(callChannel('get').hasSubscribers).toBe(false)
    expect(channel('http.server.request.start').hasSubscribers).toBe(false)
    expect(panel.requests()).toEqual([])
  })

  it.for([
    ['enable', { enable: true }],
    ['maxRequests', { maxRequests: 0 }],
    ['maxCalls', { maxCalls: Infinity }],
    ['inject', { inject: 'yes' }],
    ['redact', { redact: 'user' }],
    ['maxCalls', { maxCall: 5 }],
  ] as const)('refuses a wrong %s', ([option, options]) => {
    expect(() => requestPanel(options as never)).toThrow(option)
  })
})

describe('a page of the page cache', () => {
  const view: RequestListener = (_, response) => {
    response.setHeader('Content-Type', 'text/html')
    response.end(PAGE)
  }

  it('is stored without the panel, and shown with one of its own each time', async () => {
    open()
    const runs = vi.fn(view)
    const running = await up(cachePage(cache, '60s')(runs))
    const ask = async (): Promise<string> => await (await fetch(running.url)).text()

    const first = await ask()
    await vi.waitFor(async () => expect(await stored(cache)).not.toEqual([]))
    const second = await ask()

    expect(runs).toHaveBeenCalledTimes(1)
    for (const body of [first, second]) expect(body.split(PANEL)).toHaveLength(2)
    expect(second).toContain('glance')
    expect(JSON.stringify(await stored(cache))).not.toContain('breakwater-panel')
    expect(JSON.stringify(await stored(cache))).not.toContain('server-timing')
  })

  it('is judged by what the view and all layers have said, whatever the panel says in their place', async () => {
    open()
    const runs = vi.fn(view)
    const pages = cachePage(cache, '60s')(runs)
    const running = await up((request, response) => {
      // As a session does, whose cookie is set when the head is written.
      const writeHead = response.writeHead.bind(response)
      response.writeHead = (status: number) => {
        response.setHeader('Set-Cookie', 'sid=1')
        return writeHead(status)
      }
      void pages(request, response)
    })

    await (await fetch(running.url)).text()
    const second = await fetch(running.url)

    expect(await second.text()).toContain(PANEL)
    expect(runs).toHaveBeenCalledTimes(2)
    expect(JSON.stringify(await stored(cache))).not.toContain('Lamps')
  })

  it('is not stored at all by a cache that lies around the panel', async () => {
    const panel = open({ serverTiming: false })
    const pages = pageCache(cache, '60s')
    const runs = vi.fn(
      () => new Response(PAGE, { headers: { 'Content-Type': 'text/html', ETag: '"1"' } }),
    )
    const ask = async (): Promise<string> => {
      const response = await pages(
        new Request('http://site.test/'),
        async (request) => await panel.handle(request, runs),
      )
      return await response.text()
    }

    const first = await ask()
    const second = await ask()

    expect(first).toContain(PANEL)
    expect(second.split(PANEL)).toHaveLength(2)
    expect(runs).toHaveBeenCalledTimes(2)
    expect(JSON.stringify(await stored(cache))).not.toContain('breakwater-panel')
  })

  it('is stored without the panel when that is around a server of Request and Response', async () => {
    const panel = open()
    const app = new Hono()
    const runs = vi.fn()
    app.get('/', cacheHono(cache, '60s'), (context) => {
      runs()
      return context.html(PAGE)
    })
    const ask = async (): Promise<Response> =>
      await panel.handle(
        new Request('http://site.test/'),
        async (request) => await app.fetch(request),
      )

    const first = await ask()
    expect(await first.text()).toContain(PANEL)
    await vi.waitFor(async () => expect(await stored(cache)).not.toEqual([]))
    const second = await ask()

    expect((await second.text()).split(PANEL)).toHaveLength(2)
    expect(second.headers.get('cache-control')).toBe('private, no-store')
    expect(second.headers.has('etag')).toBe(false)
    expect(second.headers.get('server-timing')).toContain('cache;desc="1 hit')
    expect(runs).toHaveBeenCalledTimes(1)
    expect(JSON.stringify(await stored(cache))).not.toContain('breakwater-panel')
  })

  /** Everything that the store holds, as text. */
  async function stored(of: Cache): Promise<unknown[]> {
    const values: unknown[] = []
    for await (const key of of.keys()) {
      const { value } = await of.lookup(key)
      values.push(JSON.stringify(value, (_, part: unknown) => textOf(part)))
    }
    return values
  }

  function textOf(part: unknown): unknown {
    const isBytes = part instanceof Uint8Array
    if (isBytes) return Buffer.from(part).toString()
    const { type, data } = (part ?? {}) as { type?: unknown; data?: unknown }
    return type === 'Buffer' ? Buffer.from(data as number[]).toString() : part
  }
})

describe('the panel in a page', () => {
  async function bodyOf(
    act: Parameters<typeof answers>[0],
    init: RequestInit = {},
  ): Promise<Response> {
    open()
    const running = await up(answers(act))
    return await fetch(running.url, init)
  }

  it.for([
    ['a fragment', '<p>one row</p>'],
    ['nothing', ''],
  ])('is not put into %s', async ([, body]) => {
    const response = await bodyOf((to) => to.end(body))

    expect(await response.text()).toBe(body)
  })

  it('is put before the last end of a body, wherever the page is cut on its way', async () => {
    const text = `<html><body><script>const end = "</body>"</script>${PAGE}<!-- ü -->`
    for (const size of [1, 3, 7, 50]) {
      const response = await bodyOf((to) => {
        const bytes = Buffer.from(text)
        for (let at = 0; at < bytes.length; at += size) to.write(bytes.subarray(at, at + size))
        to.end()
      })
      const body = await response.text()
      expect(body.replace(/<breakwater-panel>.*<\/breakwater-panel>/s, '')).toBe(text)
      const [before, after] = body.split(/<breakwater-panel>.*<\/breakwater-panel>/s)
      expect(before?.endsWith('</h1>')).toBe(true)
      expect(after).toBe('</body></html><!-- ü -->')
    }
  })

  it('does not hold a page back for ever that only seems to end', async () => {
    const long = `<script>"</body>"</script>${'x'.repeat(300_000)}`
    const response = await bodyOf((to) => {
      to.write(long)
      to.end('</body>')
    })

    const body = await response.text()
    expect(body.startsWith(long)).toBe(true)
    expect(body).toContain(`xx${PANEL}`)
  })

  it.for<[string, Parameters<typeof answers>[0], RequestInit?]>([
    ['of another type', (to) => to.setHeader('Content-Type', 'application/json').end(PAGE)],
    ['in UTF-16', (to) => to.setHeader('Content-Type', 'text/html; charset=utf-16le').end(PAGE)],
    [
      'of which a part is sent',
      (to) => to.writeHead(206, { 'Content-Range': 'bytes 0-9/100' }).end(PAGE),
    ],
    [
      'whose policy allows no style',
      (to) => to.setHeader('Content-Security-Policy', "default-src 'self'").end(PAGE),
    ],
    ['asked for by HEAD', (to) => to.setHeader('ETag', '"1"').end(PAGE), { method: 'HEAD' }],
  ])('is not put into one %s, which goes out as it is', async ([, act, init]) => {
    const response = await bodyOf((to) => {
      to.setHeader('Cache-Control', 'max-age=60')
      act(to)
    }, init)

    expect(await response.text()).toBe(init?.method === 'HEAD' ? '' : PAGE)
    expect(response.headers.get('cache-control')).toBe('max-age=60')
    expect(response.headers.get('server-timing')).toContain('cache;')
  })

  it('is not put into one that is compressed', async () => {
    const response = await bodyOf((to) => {
      to.writeHead(200, { 'Content-Encoding': 'x-own' })
      const gzip = createGzip()
      gzip.pipe(to)
      gzip.end(PAGE)
    })

    const bytes = Buffer.from(await response.arrayBuffer())
    expect(gunzipSync(bytes).toString()).toBe(PAGE)
  })

  it('takes away what was said of the body as it was', async () => {
    const response = await bodyOf((to) => {
      to.writeHead(200, {
        ETag: '"1"',
        'Last-Modified': new Date().toUTCString(),
        'Content-Length': Buffer.byteLength(PAGE),
        'Cache-Control': 'public, max-age=600',
        'Server-Timing': 'db;dur=5',
        'Set-Cookie': ['a=1', 'b=2'],
      })
      to.end(PAGE)
    })

    expect(await response.text()).toContain(PANEL)
    expect(response.headers.has('etag')).toBe(false)
    expect(response.headers.has('last-modified')).toBe(false)
    expect(response.headers.get('cache-control')).toBe('private, no-store')
    expect(response.headers.get('server-timing')).toMatch(/^db;dur=5, cache;/)
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2'])
  })

  it.for([
    ["style-src 'nonce-abc123'", 'abc123'],
    ["default-src 'self' 'nonce-x+/=='; script-src 'nonce-other'", 'x+/=='],
    ["default-src 'none'; style-src 'unsafe-inline'", ''],
    ["script-src 'self'", ''],
    ["style-src 'nonce-a', style-src 'nonce-a'", 'a'],
  ] as const)('has the nonce that %s wants', async ([policy, nonce]) => {
    const response = await bodyOf((to) => to.setHeader('Content-Security-Policy', policy).end(PAGE))

    const body = await response.text()
    expect(body).toContain(nonce === '' ? '<style>' : `<style nonce="${nonce}">`)
    expect(body).not.toMatch(/<script| style=| on\w+=/)
  })

  it.for(["style-src 'nonce-a', style-src 'nonce-b'", "style-src 'unsafe-inline' 'sha256-x'"])(
    'stays out where %s lets nobody in',
    async (policy) => {
      const response = await bodyOf((to) =>
        to.setHeader('Content-Security-Policy', policy).end(PAGE),
      )

      expect(await response.text()).toBe(PAGE)
    },
  )

  it('shows markup in keys, addresses and errors as text, in ASCII', async () => {
    const evil = '</template></body><script>alert(1)</script>"\' ü\ud800 `'
    const panel = open()
    const running = await up((_, response) => {
      void cache
        .getOrSet(evil, () => {
          throw new Error(evil)
        })
        .catch(() => {})
        .then(() => response.setHeader('Content-Type', 'text/html').end(PAGE))
    })

    const body = await (await fetch(`${running.url}/?q=<script>alert(2)</script>`)).text()

    const [, shown = ''] = body.split(PANEL)
    expect(shown).toContain('&#60;script&#62;alert(1)')
    expect(body.match(/<script|<\/template>/g)).toEqual(['</template>'])
    expect(shown.slice(0, shown.indexOf('</breakwater-panel>'))).toMatch(/^[\n\u0020-\u007e]*$/)
    expect(panel.requests()).toHaveLength(1)
  })

  it('harms no response that Node would refuse, nor one that has been sent', async () => {
    open()
    const seen: unknown[] = []
    const running = await up((_, response) => {
      try {
        response.writeHead(200, { 'Bad Name': 'x' })
      } catch (error) {
        seen.push((error as { code?: unknown }).code)
      }
      response.writeHead(201, 'Made', { 'Content-Type': 'text/plain' })
      response.write('a')
      response.write(Buffer.from('b'), () => seen.push('written'))
      response.end('c', 'utf8', () => seen.push('ended'))
    })

    const response = await fetch(running.url)

    expect([response.status, response.statusText, await response.text()]).toEqual([
      201,
      'Made',
      'abc',
    ])
    expect(seen).toEqual(['ERR_INVALID_HTTP_TOKEN', 'written', 'ended'])
  })

  it('shows a page that is streamed as it comes', async () => {
    open()
    let more!: () => void
    const running = await up(
      answers((response) => {
        response.write('<html><body>first')
        more = () => response.end('last</body></html>')
      }),
    )
    const response = await fetch(running.url)
    const reader = (response.body as ReadableStream<Uint8Array>).getReader()

    const { value } = await reader.read()

    expect(Buffer.from(value as Uint8Array).toString()).toBe('<html><body>first')
    more()
    await reader.cancel()
  })
})

describe('the table of options', () => {
  it('has every option, with its default', () => {
    const page = readFileSync(join(import.meta.dirname, '../../../docs/metrics/panel.md'), 'utf8')
    const [, table = ''] = page.split('## Options')
    const told = [...table.matchAll(/^\| `(\w+)` \| (.+?) \|/gm)].map(([, name, value = '']) => [
      name,
      value.replaceAll(/[`']/g, ''),
    ])

    const defaults = Object.entries(PANEL_DEFAULTS).map(([name, value]) => [name, String(value)])
    expect(told).toEqual([...defaults, ['only', 'all'], ['redact', 'as they are']])
  })
})

describe('Server-Timing', () => {
  it('can be had without the panel, and the panel without it', async () => {
    const running = await up(answers((response) => response.end(PAGE)))
    const without = open({ inject: false })
    const timed = await fetch(running.url)
    without.close()
    open({ serverTiming: false })

    const shown = await fetch(running.url)

    expect(await timed.text()).toBe(PAGE)
    expect(timed.headers.get('server-timing')).toBe('cache;desc="0 hits, 0 misses";dur=0')
    expect(await shown.text()).toContain(PANEL)
    expect(shown.headers.has('server-timing')).toBe(false)
  })
})
