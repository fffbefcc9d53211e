import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RunningStore, startStore } from '../../../examples/store/store.ts'
import { Visitor } from './visitor.ts'

let store: RunningStore

beforeAll(async () => {
  const nothing = { databaseUrl: undefined, redisUrl: undefined }
  store = await startStore({ port: 0, cacheOff: false, ...nothing })
}, 120_000)

afterAll(async () => {
  await store?.close()
})

async function known(): Promise<Visitor> {
  const visitor = new Visitor(store.url)
  await visitor.logIn()
  return visitor
}

async function rendered(): Promise<number> {
  const numbers = await new Visitor(store.url).read('/cache-stats.json')
  return (JSON.parse(numbers) as { partsRendered: number }).partsRendered
}

describe('the parts of the shop’s pages', () => {
  it('are rendered once for a visitor whose pages nobody else may have', async () => {
    const visitor = await known()
    const first = await visitor.read('/product/31')
    const before = await rendered()

    const second = await visitor.read('/product/31')

    expect(second).toBe(first)
    expect(await rendered()).toBe(before)
  })

  it('recommend at once nothing that is no longer for about the same', async () => {
    const visitor = await known()
    const [, recommended = ''] = (await visitor.read('/product/31')).split('For about the same')
    const [, id = ''] = /\/product\/(\d+)/.exec(recommended) ?? []

    await visitor.post(`/admin/products/${id}`, { price: '1234.5' })

    const [, after = ''] = (await visitor.read('/product/31')).split('For about the same')
    expect(recommended).toContain(`/product/${id}-`)
    expect(after).not.toContain(`/product/${id}-`)
  })

  it('recommend nobody what they have bought', async () => {
    const visitor = await known()
    const [, recommended = ''] = (await visitor.read('/product/44')).split('For about the same')
    const [, id = ''] = /\/product\/(\d+)/.exec(recommended) ?? []
    await store.database.query(`update stock set quantity = 5 where product_id = ${Number(id)}`)

    await visitor.post('/cart', { product: id })
    await visitor.post('/checkout')

    const [, after = ''] = (await visitor.read('/product/44')).split('For about the same')
    const [, stranger = ''] = (await new Visitor(store.url).read('/product/44')).split(
      'For about the same',
    )
    expect(after).not.toContain(`/product/${id}-`)
    expect(stranger).toContain(`/product/${id}-`)
  })

  it('have one form to log in for everybody, and a token for each', async () => {
    const tokenIn = (page: string): string | undefined =>
      /name="token" value="(.+?)"/.exec(page)?.[1]
    const one = new Visitor(store.url)
    const other = new Visitor(store.url)
    const pages = [await one.read('/login'), await other.read('/login'), await one.read('/login')]
    const [first, second, again] = pages.map(tokenIn)

    expect(first).toMatch(/^[\w-]{32}$/)
    expect(again).toBe(first)
    expect(second).not.toBe(first)
    const form = { email: 'ada@example.com', password: 'lantern', token: second ?? '' }
    expect((await one.post('/login', form)).status).toBe(403)
    expect((await other.post('/login', form)).status).toBe(303)
  })
})
