// Event-based: who changes the data says so, within the transaction; what was read of it is invalid when that is committed.
import { createCaches } from 'breakwater'
import { say, Shop } from './shop.ts'

const shop = new Shop()
const caches = createCaches({ default: { ttl: '1h' } })
const cache = caches.default

const product = cache.define({
  key: (id: number) => ['product', id],
  load: (id) => shop.product(id),
})
const category = cache.define({
  key: (name: string) => ['category', name],
  load: (name) => shop.inCategory(name),
  tags: (name) => [`category:${name}`],
})
const priceOf = async (id: number): Promise<number> =>
  (await category.get('shoes')).find((row) => row.id === id)?.price ?? 0

async function changePrice(id: number, price: number): Promise<void> {
  await cache.transaction(shop, async (trx, changes) => {
    const row = await trx.changePrice(id, price)
    await changes.invalidate(product.key(id))
    await changes.invalidateTags([`category:${row.category}`])
  })
}

say('a product, and the list that shows it', [(await product.get(3)).price, await priceOf(3)])
await product.get(1)
let before = shop.queries
say('again: nothing is asked', [(await product.get(3)).price, await priceOf(3)])
say('queries for that', shop.queries - before)
await changePrice(3, 90)
before = shop.queries
say('after the change both show it at once', [(await product.get(3)).price, await priceOf(3)])
say('another product is still a hit', (await product.get(1)).price)
say('queries for these three', shop.queries - before)

await caches.close()
