// Requirement: the place of a hole is of use to the one rendering that can fill it. A text with one in it gets into no cache,
// on whatever way, and to nobody else.
import ejs from 'ejs'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ejsViews } from '../../src/fragments/adapters/ejs/index.ts'
import { createFragments, type Fragments } from '../../src/fragments/index.ts'
import { pageCache } from '../../src/http/index.ts'
import { openCaches } from './open-caches.ts'

let opened: ReturnType<typeof openCaches>
let fragments: Fragments

beforeEach(() => {
  opened = openCaches()
  fragments = createFragments(opened.caches, {
    holes: { greet: (_, context) => `Hi ${(context as { who: string } | undefined)?.who}!` },
  })
})

afterEach(async () => {
  vi.unstubAllEnvs()
  await opened.caches.close()
})

/** What somebody is shown of a page that is kept with holes; its view waits for `render`. */
async function show(render: () => unknown, who = 'ann', path = '/'): Promise<string> {
  const pages = pageCache(opened.caches.pages, '60s', {
    clock: opened.clock,
    holes: fragments.inPages((request) => ({ who: request.headers.get('who') })),
    onError: () => {},
  })
  const request = new Request(`http://site.test${path}`, { headers: { who } })
  const answer = await pages(request, async () => {
    return new Response(String(await render()), { headers: { 'Content-Type': 'text/html' } })
  })
  return await answer.text()
}

const nav = async (): Promise<string> => `<nav>${await fragments.hole('greet')}</nav>`

type Store = (text: string) => Promise<unknown>

const WAYS: readonly (readonly [name: string, store: Store])[] = [
  ['set', (text) => opened.caches.default.set('nav', text)],
  ['add', (text) => opened.caches.default.add('nav', text)],
  ['setMany', (text) => opened.caches.default.setMany({ other: 'x', nav: text })],
  ['getOrSet', (text) => opened.caches.default.getOrSet('nav', () => text)],
  [
    'getOrSetMany',
    (text) => opened.caches.default.getOrSetMany(['nav'], () => new Map([['nav', text]])),
  ],
  ['define', (text) => opened.caches.default.define({ key: () => 'nav', load: () => text }).get()],
  [
    'set of define',
    (text) => opened.caches.default.define({ key: () => 'nav', load: () => text }).set(text),
  ],
  ['memoize', (text) => opened.caches.default.memoize(() => text, { key: () => 'nav' })()],
]

describe('a text with the place of a hole', () => {
  it.for(WAYS)('is refused by %s, which says what to do', async ([, store]) => {
    let failure: unknown
    await show(async () => {
      const text = await nav()
      failure = await store(text).catch((error: unknown) => error)
      return text
    })

    expect(failure).toMatchObject({ code: 'E_PERSONAL' })
    expect(String(failure)).toMatch(/'nav.*place of a hole.*fragment\(\).*outside of the cache/)
    expect(await opened.caches.default.has('nav')).toBe(false)
  })

  it.for(WAYS)('is not stored by %s in production, and an event says so', async ([, store]) => {
    vi.stubEnv('NODE_ENV', 'production')

    const shown = await show(async () => {
      const text = await nav()
      await store(text)
      return text
    })

    expect(shown).toBe('<nav>Hi ann!</nav>')
    expect(await opened.caches.default.has('nav')).toBe(false)
    expect(opened.refused.map(({ reason }) => reason)).toEqual([
      expect.stringContaining('the place of a hole'),
    ])
  })

  it('takes the old value away in production, since that is older than what was said', async () => {
    vi.stubEnv('NODE_ENV', 'production')
    const cache = opened.caches.default
    await cache.setMany({ nav: 'old', other: 'old', third: 'old' })
    const said: unknown[] = []

    await show(async () => {
      const text = await nav()
      said.push(await cache.set('nav', text), await cache.setMany({ other: text, third: 'new' }))
      said.push(await cache.add('fourth', text))
      return text
    })

    expect(said).toEqual([false, ['other'], false])
    expect(await cache.getMany(['nav', 'other', 'third', 'fourth'])).toEqual(
      new Map([['third', 'new']]),
    )
  })

  it('is given in production to nobody who has shared its load', async () => {
    vi.stubEnv('NODE_ENV', 'production')
    let begun = 0
    const shared = (): Promise<string> =>
      opened.caches.default.getOrSet('nav', async () => {
        begun++
        await new Promise((resolve) => setImmediate(resolve))
        return await nav()
      })
    const visitors = ['ann', 'bob', 'eve']

    const shown = await Promise.all(visitors.map((who) => show(shared, who, `/${who}`)))

    expect(shown).toEqual(visitors.map((who) => `<nav>Hi ${who}!</nav>`))
    expect(begun).toBe(3)
    expect((await opened.caches.default.stats()).joined).toBeGreaterThan(0)
  })

  it.for<readonly [name: string, wrap: (text: string) => unknown]>([
    ['a property', (text) => ({ html: text })],
    ['a list in a property', (text) => ({ parts: ['a', { text }] })],
    ['a map', (text) => new Map([['html', text]])],
    ['a set', (text) => new Set([text])],
  ])('is found in %s', async ([, wrap]) => {
    const refused: unknown[] = []

    await show(async () => {
      const text = await nav()
      const stored = opened.caches.default.set('nav', wrap(text))
      refused.push(await stored.catch((error: unknown) => error))
      return text
    })

    expect(refused).toEqual([expect.objectContaining({ code: 'E_PERSONAL' })])
  })

  it('is no other text: what looks like it is stored', async () => {
    let [marker, forged] = ['', '']

    await show(async () => {
      marker = await fragments.hole('greet')
      forged = marker.replace(/x\d+e$/, '').replace(/.$/, (last) => (last === '0' ? '1' : '0'))
      await opened.caches.default.set('forged', `${forged}x0e`)
      return marker
    })

    expect(marker).toMatch(/^bw[\da-f]{32}x0e$/)
    expect(await opened.caches.default.get('forged')).toBe(`${forged}x0e`)
  })

  it('is no part of a fragment that did not ask for it', async () => {
    const around = async (): Promise<string> => {
      const outside = await fragments.hole('greet')
      return await fragments.fragment('side', [], () => `<b>${outside}</b>`)
    }
    const failures: unknown[] = []
    await show(() => around().catch((error: unknown) => failures.push(error)))

    expect(failures).toEqual([expect.objectContaining({ code: 'E_PERSONAL' })])
    expect(String(failures[0])).toMatch(/'side'.*ask for the hole within/)
  })

  it('makes a fragment that did not ask for it one visitor’s own in production', async () => {
    vi.stubEnv('NODE_ENV', 'production')
    fragments = createFragments(opened.caches, {
      holes: { greet: (_, context) => `Hi ${(context as { who: string }).who}!` },
    })
    const around = async (): Promise<string> => {
      const outside = await fragments.hole('greet')
      return await fragments.fragment('side', [], () => `<b>${outside}</b>`)
    }

    const shown = [await show(around, 'ann', '/a'), await show(around, 'bob', '/b')]

    expect(shown).toEqual(['<b>Hi ann!</b>', '<b>Hi bob!</b>'])
  })

  it('is refused in templates that are code, too, outside of any page', async () => {
    const root = mkdtempSync(join(tmpdir(), 'breakwater-unfilled-'))
    writeFileSync(join(root, 'page.ejs'), `<%- await kept(() => fragment('side')) %>`)
    writeFileSync(join(root, 'side.ejs'), 'side')
    const kept = (render: () => string): Promise<string> =>
      opened.caches.default.getOrSet('kept', render)
    const options = { async: true }
    const views = ejsViews({ ejs, root, caches: opened.caches, options, helpers: { kept } })

    await expect(views.render('page')).rejects.toMatchObject({ code: 'E_PERSONAL' })
    rmSync(root, { recursive: true })
  })
})
