import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RunningStore, startStore } from '../../../examples/store/store.ts'
import { Visitor } from './visitor.ts'

let store: RunningStore

beforeAll(async () => {
  store = await startStore({
    port: 0,
    databaseUrl: undefined,
    redisUrl: undefined,
    cacheOff: false,
  })
}, 90_000)
afterAll(async () => {
  await store.close()
})

const stranger = (): Visitor => new Visitor(store.url)
const statusOf = async (path: string): Promise<string | null> =>
  (await stranger().get(path)).headers.get('cache-status')

describe('the shop', () => {
  it('shows featured products and best sellers on its front page', async () => {
    const page = await stranger().read('/')

    expect(page).toContain('This week’s picks')
    expect(page).toContain('Best sellers of the last 30 days')
    expect(page.match(/<li class="card">/g)).toHaveLength(16)
  })

  it('pages and sorts a category', async () => {
    const cheapest = await stranger().read('/categories/tents?sort=cheapest')
    const next = await stranger().read('/categories/tents?sort=cheapest&page=2')

    const [first = 0, ...rest] = pricesOn(cheapest)
    expect(rest).toHaveLength(23)
    expect([first, ...rest]).toEqual([first, ...rest].toSorted((a, b) => a - b))
    expect(pricesOn(next)[0]).toBeGreaterThanOrEqual(rest.at(-1) ?? Infinity)
  })

  it('shows a product with its reviews, its kind and its stock', async () => {
    const page = await stranger().read('/product/7')

    expect(page).toContain('<h1>Marstrand Canvas Trail Shelter</h1>')
    expect(page).toMatch(/<p class="stock (in|low|out)">/)
    expect(page).toContain('about US$')
    expect(page).toContain('For about the same')
  })

  it.for([
    ['/', 'private, no-cache'],
    ['/cart', 'private, no-cache'],
    ['/cache-stats.json', 'no-store, private, no-cache'],
    ['/assets/store.css', 'max-age=3600'],
  ] as const)('says of %s to browsers: %s', async ([path, value]) => {
    for (let round = 0; round < 2; round++) {
      const response = await stranger().get(path)
      await response.arrayBuffer()
      expect(response.headers.get('cache-control')).toBe(value)
    }
  })

  it.for([
    '/product/99999',
    '/product/0',
    '/product/abc',
    '/product/99999999999999999999',
    '/categories/nothing',
    '/nothing',
  ])('has no %s', async (path) => {
    expect((await stranger().get(path)).status).toBe(404)
  })

  it('leads from other names of a product to the one it has', async () => {
    const response = await stranger().get('/product/7-something-else')

    expect(response.status).toBe(301)
    expect(response.headers.get('location')).toBe('/product/7-marstrand-canvas-trail-shelter')
  })

  it.for([
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    `' or 1=1 --`,
    '& | ! (:*',
  ])('searches for %s as for any other words', async (words) => {
    const page = await stranger().read(`/search?q=${encodeURIComponent(words)}`)

    expect(page).not.toContain('<script>alert')
    expect(page).not.toContain('<img src=x')
  })

  it('takes no form from another site', async () => {
    const response = await fetch(`${store.url}/cart`, {
      method: 'POST',
      headers: { origin: 'https://elsewhere.example' },
      body: new URLSearchParams({ product: '7' }),
    })

    expect(response.status).toBe(403)
  })

  it.for(['//elsewhere.example', '/\\elsewhere.example', 'https://elsewhere.example'])(
    'sends nobody to %s after a login',
    async (next) => {
      const form = { email: 'ada@example.com', password: 'lantern', next }
      const response = await stranger().postLogin(form)

      expect(response.headers.get('location')).toBe('/')
    },
  )

  it('lets nobody in with a wrong password, and nobody but the shopkeeper change prices', async () => {
    const wrong = await stranger().postLogin({ email: 'ada@example.com', password: 'x' })
    const customer = stranger()
    const second = await store.database.query<{ email: string }>(
      'select email from users where id = 2',
    )
    await customer.logIn(second[0]?.email ?? '')
    const change = await customer.post('/admin/products/7', { price: '1' })

    expect(wrong.status).toBe(401)
    expect(change.status).toBe(403)
  })
})

describe('the shop’s jobs, without a Redis', () => {
  it('mail an order, and show the shopkeeper what went out', async () => {
    await store.database.query('update stock set quantity = 5 where product_id = 61')
    const visitor = stranger()
    await visitor.logIn()
    await visitor.post('/cart', { product: '61' })

    const placed = await visitor.post('/checkout')

    const [, id = ''] = /\/thanks\/(\d+)/.exec(placed.headers.get('location') ?? '') ?? []
    await expect.poll(() => visitor.read('/admin/mails')).toContain(`Your order ${id}`)
    expect((await stranger().get('/admin/mails')).status).toBe(303)
  })

  it('are numbers that everybody may see', async () => {
    const jobs = async (): Promise<unknown> =>
      ((await (await stranger().get('/cache-stats.json')).json()) as { jobs: unknown }).jobs
    const counts = { waiting: 0, active: 0, failed: 0, completed: expect.any(Number) }

    await expect.poll(jobs).toEqual({ mails: counts, warming: counts })
    const page = await stranger().read('/cache-stats')
    for (const queue of ['mails', 'warming'])
      for (const state of ['waiting', 'active', 'completed', 'failed'])
        expect(page).toContain(`data-number="${queue}-${state}"`)
  })
})

describe('the shop’s cache', () => {
  it.for(['/', '/categories/pens', '/product/31', '/search?q=lamp'])(
    'answers a second visit of %s',
    async (path) => {
      await stranger().read(path)

      expect(await statusOf(path)).toContain('; hit')
    },
  )

  it('shows a new price at once, wherever the old one was', async () => {
    const home = await stranger().read('/')
    const [path = '', id = ''] = /\/product\/(\d+)-[\w-]+/.exec(home) ?? []
    const categories = [...(await stranger().read(path)).matchAll(/\/categories\/[\w-]+/g)]
    const dearest = `${categories.at(-1)?.[0] ?? ''}?sort=dearest`
    await stranger().read(dearest)
    const shopkeeper = stranger()
    await shopkeeper.logIn()

    await shopkeeper.post(`/admin/products/${id}`, { price: '98765.43' })

    const pages = await Promise.all(['/', path, dearest].map((each) => stranger().read(each)))
    for (const page of pages) expect(page).toContain('98,765.43')
  })

  it('never shows one visitor what is another’s', async () => {
    const visitor = stranger()
    await visitor.post('/cart', { product: '41' })
    await visitor.logIn()
    const own = await visitor.read('/product/41')

    const others = [await stranger().read('/product/41'), await stranger().read('/product/41')]

    expect(own).toContain('Log out Ada')
    expect(own).toContain('<span class="badge">1</span>')
    for (const page of others) {
      expect(page).not.toContain('Ada')
      expect(page).not.toContain('badge')
    }
  })

  it.for([['/'], ['/categories/boots'], ['/search?q=lamp']] as const)(
    'keeps %s once for all whom it greets, and greets each',
    async ([path]) => {
      const [ada, buyer] = [stranger(), stranger()]
      await ada.logIn()
      await buyer.post('/cart', { product: '41' })
      await ada.read(path)

      const theirs = await buyer.get(path)
      const own = await ada.get(path)

      expect([theirs, own].map(({ headers }) => headers.get('cache-status'))).toEqual([
        expect.stringContaining('; hit'),
        expect.stringContaining('; hit'),
      ])
      expect(own.headers.get('cache-control')).toBe('private, no-cache')
      const [theirPage, ownPage] = [await theirs.text(), await own.text()]
      expect(ownPage).toContain('Log out Ada')
      expect(theirPage).not.toContain('Ada')
      expect(theirPage).toContain('<span class="badge">1</span>')
    },
  )

  it('keeps the page and never the stock', async () => {
    await stranger().read('/product/51')
    await store.database.query('update stock set quantity = 3 where product_id = 51')
    const few = await stranger().get('/product/51')
    await store.database.query('update stock set quantity = 0 where product_id = 51')
    const none = await stranger().get('/product/51')

    expect(few.headers.get('cache-status')).toContain('; hit')
    expect(none.headers.get('cache-status')).toContain('; hit')
    expect(await few.text()).toContain('Only 3 left')
    expect(await none.text()).toContain('Sold out for now')
  })

  it('keeps one page for all that differ only in parameters no view reads', async () => {
    await stranger().read('/categories/boots?utm_source=newsletter')

    expect(await statusOf('/categories/boots?fbclid=123')).toContain('; hit')
  })

  it('asks the rates API once for a thousand pages', async () => {
    const totals = async (): Promise<{ ratesRequests: number }> =>
      (await (await stranger().get('/cache-stats.json')).json()) as { ratesRequests: number }

    await Promise.all([71, 72, 73, 74, 75].map((id) => stranger().read(`/product/${id}`)))

    expect((await totals()).ratesRequests).toBe(1)
  })
})

function pricesOn(page: string): number[] {
  return [...page.matchAll(/<span class="price">€([\d,.]+)</g)].map(([, price = '']) =>
    Number(price.replaceAll(',', '')),
  )
}
