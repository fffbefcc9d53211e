// Write-through: who changes the data puts the new value into the cache, so that no reader pays for the change.
import { type Cache, createCaches, type Defined } from 'breakwater'
import { type Product, say, Shop } from './shop.ts'

/** All that the application knows of products: nobody else reads or writes them. */
class Products {
  readonly #shop: Shop
  readonly #product: Defined<[id: number], Product>

  constructor(shop: Shop, cache: Cache) {
    this.#shop = shop
    this.#product = cache.define({
      key: (id: number) => ['product', id],
      load: (id) => shop.product(id),
      ttl: '1h',
      // Of two changes the newer one stays, whichever comes last.
      revision: (row) => row.version,
    })
  }

  async get(id: number): Promise<Product> {
    return await this.#product.get(id)
  }

  async changePrice(id: number, price: number): Promise<Product> {
    const row = await this.#shop.changePrice(id, price)
    await this.changed(row)
    return row
  }

  /** What is in the cache is at least as new as `row` from now on. */
  async changed(row: Product): Promise<boolean> {
    return await this.#product.set(row.id, row)
  }
}

const shop = new Shop()
const caches = createCaches({ default: {} })
const products = new Products(shop, caches.default)

say('the first read asks the database', (await products.get(3)).price)
await products.changePrice(3, 90)
const before = shop.queries
say('after a change the new price is there already', (await products.get(3)).price)
say('queries for that', shop.queries - before)

const first = await shop.changePrice(3, 80)
const second = await shop.changePrice(3, 70)
say('of two writers the second is faster', await products.changed(second))
say('the first comes late, and is not stored', await products.changed(first))
say('readers have the newest price', (await products.get(3)).price)

await caches.close()
