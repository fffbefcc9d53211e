import type { Hono } from 'hono'
import { withChildren } from '../data/categories.ts'
import { sorts } from '../data/products.ts'
import type { Sort } from '../data/products.ts'
import { raw } from '../html.ts'
import { renderCategory } from '../pages/category.ts'
import { renderHome } from '../pages/home.ts'
import { withStock } from '../pages/product.ts'
import { renderSearch } from '../pages/search.ts'
import { idFrom, pageNumber, sendNotFound, sendPage } from '../shop.ts'
import type { Env, Shop } from '../shop.ts'

/** Longer than any sensible search; what is cut off would only make keys and queries larger. */
const LONGEST_SEARCH = 80

export function addBrowsing(app: Hono<Env>, shop: Shop): void {
  const { catalogue, stock } = shop

  app.get('/', async (c) => {
    const [settings, featured, bestSellers] = await Promise.all([
      catalogue.settings.get(),
      catalogue.featured.get(),
      catalogue.bestSellersBox.get(),
    ])
    return await sendPage(c, shop, { title: settings.tagline, main: renderHome(settings, featured, raw(bestSellers)) })
  })

  app.get('/categories/:slug', async (c) => {
    const categories = await catalogue.categories.get()
    const category = categories.find(({ slug }) => slug === c.req.param('slug'))
    if (!category) return await sendNotFound(c, shop)

    const sort = sortFrom(c.req.query('sort'))
    const page = pageNumber(c.req.query('page'))
    const categoryIds = withChildren(categories, category.id)
    const [facets, products] = await Promise.all([
      catalogue.facets.get(categoryIds),
      catalogue.list.get(categoryIds, sort, page),
    ])
    const main = renderCategory({ categories, category, facets, products, sort, page })
    return await sendPage(c, shop, { title: category.name, main })
  })

  // The number finds the product; the words after it are for people and may be anything.
  app.get('/products/:name', async (c) => {
    const id = idFrom(c.req.param('name'))
    if (id === undefined) return await sendNotFound(c, shop)
    const [page, quantity] = await Promise.all([
      catalogue.productPage.get(id, pageNumber(c.req.query('reviews'))),
      stock(id),
    ])
    if (!page) return await sendNotFound(c, shop)

    c.header('link', `<${page.path}>; rel="canonical"`)
    return await sendPage(c, shop, { title: page.title, main: withStock(raw(page.markup), quantity) })
  })

  app.get('/search', async (c) => {
    const words = (c.req.query('q') ?? '').trim().slice(0, LONGEST_SEARCH)
    const page = pageNumber(c.req.query('page'))
    const found = words ? await catalogue.search.get(words, page) : { count: 0, products: [] }
    return await sendPage(c, shop, {
      title: words ? `Search: ${words}` : 'Search',
      main: renderSearch(words, found, page),
      search: words,
    })
  })
}

function sortFrom(text: string | undefined): Sort {
  return text !== undefined && Object.hasOwn(sorts, text) ? (text as Sort) : 'newest'
}
