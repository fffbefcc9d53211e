// What the shop caches: for how long, under which tags. Everything is here; the functions in data/ know nothing of a cache,
// and what must be exact (stock, carts, sessions, orders) goes past this file.
import type { Cache } from 'breakwater'
import { rowTags, tableTag } from 'breakwater/data'
import { loadCategories } from './data/categories.ts'
import { bestSellers } from './data/orders.ts'
import {
  type Card,
  changePrice,
  featuredProducts,
  findProduct,
  listProducts,
  loadFacets,
  type Product,
  relatedProducts,
  searchProducts,
  type Sort,
} from './data/products.ts'
import { fetchRates } from './data/rates.ts'
import { listReviews } from './data/reviews.ts'
import { loadSettings } from './data/settings.ts'
import type { Query } from './database/database.ts'

export type Catalogue = ReturnType<typeof createCatalogue>

/**
 * What shows products carries the tags of their rows, and what lists a table the table's: the tracker of store.ts invalidates
 * those, whoever writes to the database and however. Nothing here has to remember what is made of what.
 */
export const tagsOf = (products: readonly { id: number }[]): string[] =>
  rowTags('products', ...products.map(({ id }) => id))
export const listTags: readonly string[] = [tableTag('products')]

export function createCatalogue({
  cache,
  query,
  ratesUrl,
}: {
  cache: Cache
  query: Query
  ratesUrl: string
}) {
  // Configuration: read for every page, changed once a week.
  const settings = cache.define({
    key: () => ['settings'],
    load: () => loadSettings(query),
    tags: [tableTag('settings')],
    ttl: '10m',
    stale: '1h',
  })
  const categories = cache.define({
    key: () => ['categories'],
    load: () => loadCategories(query),
    tags: [tableTag('categories')],
    ttl: '1h',
  })

  // Somebody else's API: one call every ten minutes, and yesterday's rates are better than none while it is down.
  const rates = cache.define({
    key: () => ['rates'],
    load: ({ signal }) => fetchRates(ratesUrl, signal),
    ttl: '10m',
    stale: '24h',
  })

  // Query results. Those that pick products from everywhere learn only while they load which tags they need.
  const product = cache.define({
    key: (id: number) => ['product', id],
    load: (id) => findProduct(query, id),
    tags: (id) => tagsOf([{ id }]),
  })
  const reviews = cache.define({
    key: (id: number, page: number) => ['product', id, 'reviews', page],
    load: (id, page) => listReviews(query, id, page),
    tags: [tableTag('reviews')],
  })
  const related = cache.define({
    key: (item: Product) => ['product', item.id, 'related'],
    load: async (item, { tag }) => tagged(tag, await relatedProducts(query, item)),
    tags: (item) => tagsOf([item]),
  })
  const list = cache.define({
    key: (ids: readonly number[], sort: Sort, page: number) => ['list', ids.join('+'), sort, page],
    load: (ids, sort, page) => listProducts(query, { categoryIds: ids, sort, page }),
    tags: listTags,
  })
  const search = cache.define({
    key: (words: string, page: number) => ['search', words, page],
    load: async (words, page, { tag }) => {
      const found = await searchProducts(query, { words, page })
      return { count: found.count, products: tagged(tag, found.products) }
    },
    ttl: '5m',
  })
  const featured = cache.define({
    key: () => ['featured'],
    load: async ({ tag }) => tagged(tag, await featuredProducts(query)),
    tags: [tableTag('featured')],
  })

  // Aggregates: a count over a whole category, a sum over a month of orders.
  const facets = cache.define({
    key: (ids: readonly number[]) => ['facets', ids.join('+')],
    load: (ids) => loadFacets(query, ids),
    tags: listTags,
  })
  const best = cache.define({
    key: () => ['best-sellers'],
    load: async ({ tag }) => tagged(tag, await bestSellers(query)),
    ttl: '5m',
    stale: '1h',
  })

  return {
    settings,
    categories,
    rates,
    product,
    reviews,
    related,
    list,
    search,
    featured,
    facets,
    bestSellers: best,

    /** When it resolves, no visitor of any process sees the old price. @returns false when there is no such product */
    changePrice: (id: number, priceCents: number): Promise<boolean> =>
      changePrice(query, id, priceCents),
  }
}

function tagged(tag: (...tags: string[]) => void, products: Card[]): Card[] {
  tag(...tagsOf(products))
  return products
}
