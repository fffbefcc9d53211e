// What the page cache says outward and keeps to itself, on every framework.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type PageExplanation, purge, tag } from '../../../src/http/index.ts'
import { CachedPages } from '../cached-pages.ts'
import { FakeClock } from '../fake-clock.ts'
import { openFastify } from './sites/on-fastify.ts'
import { openH3 } from './sites/on-h3.ts'
import { openKoa } from './sites/on-koa.ts'
import { openNestOnExpress, openNestOnFastify } from './sites/on-nest.ts'
import { openExpress, openNode } from './sites/on-node.ts'
import { openHono } from './sites/on-web.ts'
import { type Got, type Made, type OpenApp, type Setup, Site } from './sites/site.ts'

/** The pattern is the one under which each site serves all of its paths; `undefined` where there is no router. */
const ADAPTERS: readonly (readonly [name: string, open: OpenApp, pattern: string | undefined])[] = [
  ['node:http', openNode, undefined],
  ['Express', openExpress, '/*rest'],
  ['Fastify', openFastify, '*'],
  ['Koa', openKoa, undefined],
  ['Hono', openHono, '/*'],
  ['h3', openH3, '/**'],
  ['NestJS on Express', openNestOnExpress, '/*path'],
  ['NestJS on Fastify', openNestOnFastify, '/*'],
]

describe.each(ADAPTERS)('cachePage on %s', (_name, openApp, pattern) => {
  let clock: FakeClock
  let store: CachedPages
  let views: number
  let site: Site | undefined

  beforeEach(() => {
    clock = new FakeClock()
    store = new CachedPages(clock)
    views = 0
  })

  afterEach(async () => {
    await site?.close()
    site = undefined
    await store.close()
  })

  async function serve(fields: Made['fields'], more: Partial<Setup['options']> = {}) {
    const options = { clock, cacheStatus: true, onError: () => {}, ...more }
    const view: Setup['view'] = () => {
      views++
      return { body: `page ${views}`, fields: [['Content-Type', 'text/plain'], ...(fields ?? [])] }
    }
    site = await Site.open(await openApp({ store, options, view, compressed: false }))
  }

  /** Asks, and waits until what is to be stored is stored. */
  async function ask(path: string, method = 'GET'): Promise<Got> {
    const got = await (site as Site).get(path, { method })
    await store.quiet()
    return got
  }

  describe('targeted fields', () => {
    it('hears its own one before all others and lets no client see it', async () => {
      await serve([
        ['Breakwater-Cache-Control', 'max-age=600'],
        ['CDN-Cache-Control', 'max-age=5'],
        ['Cache-Control', 'no-store'],
      ])

      const first = await ask('/a')
      clock.advance(599_000)
      const second = await ask('/a')

      expect(second.body.toString()).toBe('page 1')
      for (const got of [first, second]) {
        expect(got.lines('breakwater-cache-control')).toEqual([])
        expect(got.lines('cdn-cache-control')).toEqual(['max-age=5'])
        expect(got.lines('cache-control')).toEqual(['no-store'])
      }
    })

    it('lets no client see its own one on what is not kept, and on the answer to a write', async () => {
      await serve([['Breakwater-Cache-Control', 'no-store']])

      const first = await ask('/a')
      const second = await ask('/a')
      const written = await ask('/a', 'POST')

      expect(first.field('cache-status')).toBe('breakwater; fwd=bypass; detail="no-store"')
      for (const got of [first, second, written]) {
        expect(got.lines('breakwater-cache-control')).toEqual([])
      }
    })

    it('hears those of option `targets` alone', async () => {
      const targets = ['Shop-Cache-Control']
      await serve(
        [
          ['Shop-Cache-Control', 'max-age=600'],
          ['Breakwater-Cache-Control', 'no-store'],
        ],
        { targets },
      )

      await ask('/a')
      const second = await ask('/a')

      expect(second.body.toString()).toBe('page 1')
      expect(second.lines('shop-cache-control')).toEqual([])
      expect(second.lines('breakwater-cache-control')).toEqual(['no-store'])
    })
  })

  describe('option `cdn`', () => {
    const cdn = { fields: ['Surrogate-Key', 'Cache-Tag', 'Cache-Groups', 'xkey'] } as const

    it('tells the tags outward, of the page that is made and of the one that is kept', async () => {
      site = await Site.open(
        await openApp({
          store,
          options: { clock, cacheStatus: true, onError: () => {}, cdn, route: '/:name' },
          view: () => {
            tag('product:7', 'big sale')
            return { body: 'a page', fields: [['Surrogate-Key', 'own']] }
          },
          compressed: false,
        }),
      )

      const first = await ask('/a')
      const second = await ask('/a')

      expect(second.field('cache-status')).toMatch(/hit/)
      for (const got of [first, second]) {
        const keys = got.lines('surrogate-key')
        expect(keys).toHaveLength(1)
        expect(keys[0]?.split(' ').toSorted()).toEqual([
          'big%20sale',
          'own',
          expect.stringMatching(/^page-route:|^page-url:/),
          expect.stringMatching(/^page-route:|^page-url:/),
          'product:7',
          '~all',
        ])
        expect(got.lines('cache-tag')[0]?.split(',')).toContain('product:7')
        expect(got.lines('xkey')[0]?.split(' ')).toContain('product:7')
        expect(got.lines('cache-groups')[0]?.split(', ')).toContain('"big sale"')
      }
    })

    it('tells them also where the page is not kept here, and never of what is private', async () => {
      let fields: readonly (readonly [string, string])[] = []
      site = await Site.open(
        await openApp({
          store,
          options: { clock, onError: () => {}, cdn, maxBodyBytes: 2 },
          view: () => ({ body: 'too long', fields }),
          compressed: false,
        }),
      )

      expect((await ask('/a')).field('surrogate-key')).toMatch(/^page-url:\S+ .*~all$/)
      fields = [['Cache-Control', 'private']]
      expect((await ask('/b')).field('surrogate-key')).toBeUndefined()
    })
  })

  describe('Cache-Status', () => {
    it('stands after that of a cache nearer to the origin, on hits too: RFC 9211 §2', async () => {
      await serve([['Cache-Status', 'inner; hit; ttl=9']])

      const first = await ask('/a')
      const second = await ask('/a')

      const list = (got: Got): string => got.lines('cache-status').join(', ')
      expect(list(first)).toBe('inner; hit; ttl=9, breakwater; fwd=uri-miss; stored')
      expect(list(second)).toBe('inner; hit; ttl=9, breakwater; hit; ttl=60')
    })
  })

  describe('explain', () => {
    it('tells of the framework’s own request, under the key that its page then has', async () => {
      let explained: PageExplanation | undefined
      site = await Site.open(
        await openApp({
          store,
          options: { clock, cacheStatus: true, onError: () => {} },
          view: async ({ explain }) => {
            explained = await explain()
            return { body: 'a page' }
          },
          compressed: false,
        }),
      )

      const got = await ask('/a?x=1')

      expect(explained).toMatchObject({ fate: 'miss', route: pattern })
      expect(explained?.key).toMatchObject({ path: '/a', query: '?x=1', authority: 'site.test' })
      expect(await store.keys()).toEqual([explained?.key?.url])
      // What the explanation looked at is not what the view has read.
      expect(got.field('vary')).toBeUndefined()
    })
  })

  describe('purge by route', () => {
    it('drops the pages of the pattern that the framework knows, and of no other', async () => {
      await serve([])
      await ask('/a')
      await ask('/b')

      await purge(store, { route: '/else' })
      expect((await ask('/a')).body.toString()).toBe('page 1')
      await purge(store, { route: pattern ?? '/none' })

      const kept = pattern === undefined
      expect((await ask('/a')).body.toString()).toBe(kept ? 'page 1' : 'page 3')
      expect((await ask('/b')).body.toString()).toBe(kept ? 'page 2' : 'page 4')
    })

    it('drops the pages of the pattern that option `route` gives', async () => {
      await serve([], { route: '/shop/:id' })
      await ask('/a')

      await purge(store, { route: '/shop/:id' })

      expect((await ask('/a')).body.toString()).toBe('page 2')
    })
  })
})
