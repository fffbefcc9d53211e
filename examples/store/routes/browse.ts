import { tag, untracked } from 'breakwater/http'
import type { Context, Hono, MiddlewareHandler } from 'hono'
import { listTags, tagsOf } from '../catalogue.ts'
import { withChildren } from '../data/categories.ts'
import { type Sort, sorts } from '../data/products.ts'
import type { StockReader } from '../data/stock.ts'
import { renderCategory } from '../pages/category.ts'
import { productPath } from '../pages/format.ts'
import { renderHome } from '../pages/home.ts'
import { putStock, renderProduct } from '../pages/product.ts'
import { renderSearch } from '../pages/search.ts'
import type { Html } from '../html.ts'
import { hasSession } from './session.ts'
import { idFrom, pageNumber, sendNotFound, sendPage } from '../shop.ts'
import type { Env, Shop } from '../shop.ts'

/** Longer than any sensible search; what is cut off would only make keys and queries larger. */
const LONGEST_SEARCH = 80

export function addBrowsing(app: Hono<Env>, shop: Shop): void {
  const { catalogue, cachedPages, parts, stock } = shop

  app.get('/', ...cachedPages.home, async (c) => {
    const [settings, featured, bestSellers] = await Promise.all([
      catalogue.settings.get(),
      catalogue.featured.get(),
      catalogue.bestSellers.get(),
    ])
    tag(...tagsOf([...featured, ...bestSellers]))
    return await sendPage(c, shop, {
      title: settings.tagline,
      main: renderHome(settings, featured, bestSellers),
      account: await accountIn(c),
    })
  })

  app.get('/categories/:slug', ...cachedPages.category, async (c) => {
    const categories = await catalogue.categories.get()
    const category = categories.find(({ slug }) => slug === c.req.param('slug'))
    if (!category) return await sendNotFound(c, shop)

    const sort = sortFrom(c.req.query('sort'))
    const page = pageNumber(c.req.query('page'))
    const ids = withChildren(categories, category.id)
    tag(...listTags)
    const [facets, products, sidebar] = await Promise.all([
      catalogue.facets.get(ids),
      catalogue.list.get(ids, sort, page),
      parts.sidebar(),
    ])
    const main = renderCategory({ categories, category, facets, products, sort, page, sidebar })
    const account = await accountIn(c)
    return await sendPage(c, shop, { title: category.name, main, account })
  })

  // The number finds the product; the words after it are for people and may be anything.
  app.get('/product/:name', freshStock(stock), cachedPages.product, async (c) => {
    const id = idFrom(c.req.param('name'))
    const product = id === undefined ? undefined : await catalogue.product.get(id)
    if (!product) return await sendNotFound(c, shop)
    // Two addresses at most: one page under a million names would be kept a million times.
    const path = productPath(product)
    if (c.req.path !== path && c.req.path !== `/product/${product.id}`) return c.redirect(path, 301)

    const reviewPage = pageNumber(c.req.query('reviews'))
    const [categories, rates, recommendations, reviews] = await Promise.all([
      catalogue.categories.get(),
      catalogue.rates.get(),
      parts.recommendations(c.get('session')?.user, product),
      catalogue.reviews.get(product.id, reviewPage),
    ])
    tag(...tagsOf([product]))
    c.header('link', `<${path}>; rel="canonical"`)
    const main = renderProduct({
      product,
      categories,
      rates,
      recommendations,
      reviews,
      reviewPage,
    })
    return await sendPage(c, shop, { title: product.name, main })
  })

  app.get('/search', ...cachedPages.search, async (c) => {
    const words = (c.req.query('q') ?? '').trim().slice(0, LONGEST_SEARCH)
    const page = pageNumber(c.req.query('page'))
    const found = words ? await catalogue.search.get(words, page) : { count: 0, products: [] }
    tag(...tagsOf(found.products))
    return await sendPage(c, shop, {
      title: words ? `Search: ${words}` : 'Search',
      main: renderSearch(words, found, page),
      search: words,
      account: await accountIn(c),
    })
  })

  /** Of a page that the known share. Which of the two caches keeps it depends on this, so it need not select it as well. */
  async function accountIn(c: Context<Env>): Promise<Html | undefined> {
    return untracked(() => hasSession(c)) ? await parts.account() : undefined
  }
}

/** The page is kept without its stock. The number is read now, whoever made the page, and put in on the way out. */
function freshStock(stock: StockReader): MiddlewareHandler<Env> {
  return async (c, next) => {
    const id = idFrom(c.req.param('name'))
    const [quantity] = await Promise.all([id === undefined ? 0 : stock(id), next()])
    if (c.res.status !== 200) return

    const headers = new Headers(c.res.headers)
    // They describe the page without its stock.
    for (const name of ['content-length', 'etag']) headers.delete(name)
    const page = putStock(await c.res.text(), quantity)
    c.res = undefined
    c.res = new Response(page, { headers })
  }
}

function sortFrom(text: string | undefined): Sort {
  return text !== undefined && Object.hasOwn(sorts, text) ? (text as Sort) : 'newest'
}
