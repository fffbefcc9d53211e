import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { FULL_SIZE, generateShop } from '../../../examples/store/database/generate.ts'

function checksum(data: unknown): string {
  return createHash('sha256').update(JSON.stringify(data)).digest('hex').slice(0, 16)
}

const shop = generateShop()

describe('generateShop', () => {
  it('makes the same shop from the same seed, on every machine', () => {
    const small = { products: 500, reviews: 1_000, orders: 200, users: 20 }

    const sums = [checksum(generateShop(small)), checksum(generateShop(small))]

    expect(sums).toEqual(['61a9d59a7ed6be78', '61a9d59a7ed6be78'])
  })

  it('makes as much as it promises', () => {
    expect(shop.products).toHaveLength(FULL_SIZE.products)
    expect(shop.reviews).toHaveLength(FULL_SIZE.reviews)
    expect(shop.orders).toHaveLength(FULL_SIZE.orders)
    expect(shop.categories).toHaveLength(24)
  })

  it('gives no name twice within a category', () => {
    const products = shop.products as readonly { category_id: number; slug: string }[]

    const names = new Set(products.map((product) => `${product.category_id} ${product.slug}`))

    expect(names.size).toBe(products.length)
  })

  it('prices everything above nothing', () => {
    const prices = (shop.products as readonly { price_cents: number }[]).map(
      (product) => product.price_cents,
    )

    expect(Math.min(...prices)).toBeGreaterThan(100)
    expect(prices.every(Number.isInteger)).toBe(true)
  })
})
