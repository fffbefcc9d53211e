// What lies in a store may have been written by others, or be another's: clients of stores have mixed up replies.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FakeClock } from './fake-clock.ts'
import { MemoryPages } from './memory-pages.ts'
import { openCore, openExpress, openHono, type OpenSite, type Site } from './site.ts'

const SHAPES: readonly (readonly [string, OpenSite])[] = [
  ['the core', openCore],
  ['Hono', openHono],
  ['Express', openExpress],
]

type Page = Record<string, unknown> & { readonly fields: readonly string[] }

describe.each(SHAPES)('what is found in the store, on %s', (_name, openSite) => {
  let store: MemoryPages
  let site: Site
  let views: number

  beforeEach(async () => {
    const clock = new FakeClock()
    store = new MemoryPages(clock)
    views = 0
    site = await openSite(store, '60s', { clock, onError: () => {} }, ({ url }) => {
      views++
      return { body: `${url} ${views}` }
    })
  })

  afterEach(async () => {
    await site.close()
  })

  async function ask(path: string): Promise<string> {
    const got = await site.get(path)
    await store.quiet()
    return got.body.toString()
  }

  async function replace(forge: (page: Page) => unknown): Promise<void> {
    const [key = ''] = await store.keys()
    const { value } = await store.lookup(key)
    await store.set(key, forge(value as Page))
  }

  it('is served as it was stored', async () => {
    await ask('/a')
    await replace((page) => page)

    expect(await ask('/a')).toBe('/a 1')
  })

  it.each<readonly [string, (page: Page) => unknown]>([
    ['another status', (page) => ({ ...page, status: 101 })],
    ['a reason with a line end', (page) => ({ ...page, reason: 'OK\r\nX: y' })],
    [
      'a field that ends its line',
      (page) => ({ ...page, fields: [...page.fields, 'X', 'a\r\nY: b'] }),
    ],
    ['a name that is none', (page) => ({ ...page, fields: [...page.fields, 'X Y', 'a'] })],
    [
      'letters no field can have',
      (page) => ({ ...page, fields: [...page.fields, 'X', '\u{1f600}'] }),
    ],
    ['half a field', (page) => ({ ...page, fields: [...page.fields, 'X'] })],
    ['a selecting name that is none', (page) => ({ ...page, vary: [['a b', null]] })],
    ['a body that is text', (page) => ({ ...page, body: 'evil' })],
    ['no key', ({ key: _, ...page }) => page],
    ['names that no field can have', () => ({ kind: 'vary', names: ['a b', ''] })],
    ['a list', () => []],
  ])('is not served with %s: it costs a miss', async (_what, forge) => {
    await ask('/a')
    await replace(forge)

    expect(await ask('/a')).toBe('/a 2')
  })

  it('is not served when it is the page of another address, as a client that mixes up replies would have it', async () => {
    await ask('/a')
    await ask('/b')
    const [a = '', b = ''] = await store.keys()
    const [pageA, pageB] = [await store.lookup(a), await store.lookup(b)]
    await store.set(a, pageB.value)
    await store.set(b, pageA.value)

    expect(await ask('/a')).toBe('/a 3')
    expect(await ask('/b')).toBe('/b 4')
  })
})
