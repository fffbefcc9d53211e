// What the shop caches: for how long, under which tags. Everything is here; the functions in data/ know nothing of a cache,
// and what must be exact (stock, carts, sessions, orders) goes past this file.
import type { Cache } from 'breakwater'
import { loadCategories } from './data/categories.ts'
import { bestSellers } from './data/orders.ts'
import {
  type Card,
  changePrice,
  featuredProducts,
  findProduct,
  listProducts,
  loadFacets,
  relatedProducts,
  searchProducts,
  type Sort,
} from './data/products.ts'
import { fetchRates } from './data/rates.ts'
import { listReviews } from './data/reviews.ts'
import { loadSettings } from './data/settings.ts'
import type { Query } from './database/database.ts'
import { productPath } from './pages/format.ts'
import { renderBestSellers } from './pages/home.ts'
import { renderNavigation } from './pages/layout.ts'
import { renderProduct } from './pages/product.ts'

export type Catalogue = ReturnType<typeof createCatalogue>

/** Whatever shows a product is tagged with it, and whatever lists a category with that: see `changePrice`. */
const tagOf = (product: { id: number }): string => `product:${product.id}`
const tagsOf = (products: readonly Card[]): string[] => products.map(tagOf)
const categoryTags = (ids: readonly number[]): string[] => ids.map((id) => `category:${id}`)

export function createCatalogue({ cache, query, ratesUrl }: { cache: Cache; query: Query; ratesUrl: string }) {
  // Configuration: read on every page, changed once a week.
  const settings = cache.define({
    key: () => ['settings'],
    load: () => loadSettings(query),
    ttl: '10m',
    stale: '1h',
  })
  const categories = cache.define({
    key: () => ['categories'],
    load: () => loadCategories(query),
    ttl: '1h',
  })

  // Somebody else's API: one call every ten minutes, and yesterday's rates are better than none while it is down.
  const rates = cache.define({
    key: () => ['rates'],
    load: ({ signal }) => fetchRates(ratesUrl, signal),
    ttl: '10m',
    stale: '24h',
  })

  // Query results.
  const product = cache.define({
    key: (id: number) => ['product', id],
    load: (id) => findProduct(query, id),
    tags: (id) => [tagOf({ id })],
  })
  const list = cache.define({
    key: (categoryIds: readonly number[], sort: Sort, page: number) => ['list', categoryIds.join('+'), sort, page],
    load: (categoryIds, sort, page) => listProducts(query, { categoryIds, sort, page }),
    tags: (categoryIds) => categoryTags(categoryIds),
  })
  const search = cache.define({
    key: (words: string, page: number) => ['search', words, page],
    load: async (words, page, { tag }) => {
      const found = await searchProducts(query, { words, page })
      tag(...tagsOf(found.products))
      return found
    },
    ttl: '5m',
  })
  const featured = cache.define({
    key: () => ['featured'],
    load: async ({ tag }) => {
      const products = await featuredProducts(query)
      tag(...tagsOf(products))
      return products
    },
  })

  // Aggregates: a count over a whole category, a sum over a month of orders.
  const facets = cache.define({
    key: (categoryIds: readonly number[]) => ['facets', categoryIds.join('+')],
    load: (categoryIds) => loadFacets(query, categoryIds),
    tags: (categoryIds) => categoryTags(categoryIds),
  })

  // Rendered fragments: the query is not the only work worth saving.
  const bestSellersBox = cache.define({
    key: () => ['fragment', 'best-sellers'],
    load: async ({ tag }) => {
      const products = await bestSellers(query)
      tag(...tagsOf(products))
      return renderBestSellers(products).toString()
    },
    ttl: '5m',
    stale: '1h',
  })
  const navigation = cache.define({
    key: () => ['fragment', 'navigation'],
    load: async () => renderNavigation(await categories.get()).toString(),
    ttl: '1h',
  })
  /** The page without its stock, which is read on every request and put in. */
  const productPage = cache.define({
    key: (id: number, reviewPage: number) => ['fragment', 'product', id, reviewPage],
    load: async (id, reviewPage, { tag }) => {
      const item = await product.get(id)
      if (!item) return undefined
      const [tree, exchange, related, reviews] = await Promise.all([
        categories.get(),
        rates.get(),
        relatedProducts(query, item),
        listReviews(query, id, reviewPage),
      ])
      tag(...tagsOf(related))
      const page = renderProduct({ product: item, categories: tree, rates: exchange, related, reviews, reviewPage })
      return { title: item.name, path: productPath(item), markup: page.toString() }
    },
    tags: (id) => [tagOf({ id })],
  })

  return {
    settings,
    categories,
    rates,
    product,
    list,
    search,
    featured,
    facets,
    bestSellersBox,
    navigation,
    productPage,

    /** When it resolves, no visitor of any process sees the old price. @returns false when there is no such product */
    async changePrice(id: number, priceCents: number): Promise<boolean> {
      const categoryId = await changePrice(query, id, priceCents)
      if (categoryId === undefined) return false
      // Its own pages and every list that shows it, wherever; and its category, where it may now come first.
      await cache.invalidateTags([tagOf({ id }), ...categoryTags([categoryId])])
      return true
    },
  }
}
