// Everything pages show that visitors do not change by looking at it.
import { loadCategories } from './data/categories.ts'
import { bestSellers } from './data/orders.ts'
import { changePrice, featuredProducts, findProduct, listProducts, loadFacets, relatedProducts, searchProducts } from './data/products.ts'
import type { Product, Sort } from './data/products.ts'
import { fetchRates } from './data/rates.ts'
import { countStars, listReviews } from './data/reviews.ts'
import { loadSettings } from './data/settings.ts'
import type { Query } from './database/database.ts'
import type { Html } from './html.ts'
import { renderBestSellers } from './pages/home.ts'
import { renderNavigation } from './pages/layout.ts'
import { renderProduct } from './pages/product.ts'

export type Catalogue = ReturnType<typeof createCatalogue>

export function createCatalogue(sources: { query: Query; ratesUrl: string }) {
  const { query, ratesUrl } = sources

  const settings = () => loadSettings(query)
  const categories = () => loadCategories(query)
  const rates = () => fetchRates(ratesUrl)
  const product = (id: number) => findProduct(query, id)

  return {
    settings,
    categories,
    rates,
    product,
    featured: () => featuredProducts(query),
    facets: (categoryIds: readonly number[]) => loadFacets(query, categoryIds),
    list: (list: { categoryIds: readonly number[]; sort: Sort; page: number }) => listProducts(query, list),
    search: (search: { words: string; page: number }) => searchProducts(query, search),

    navigation: async (): Promise<Html> => renderNavigation(await categories()),
    bestSellersBox: async (): Promise<Html> => renderBestSellers(await bestSellers(query)),

    productPage: async (item: Product, reviewPage: number): Promise<Html> => {
      const [all, exchange, related, starCounts, reviews] = await Promise.all([
        categories(),
        rates(),
        relatedProducts(query, item),
        countStars(query, item.id),
        listReviews(query, item.id, reviewPage),
      ])
      return renderProduct({ product: item, categories: all, rates: exchange, related, starCounts, reviews, reviewPage })
    },

    changePrice: (id: number, priceCents: number) => changePrice(query, id, priceCents),
  }
}
