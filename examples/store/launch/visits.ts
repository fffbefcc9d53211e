// Who comes to the shop and what they look at. The same list for every server that is measured.
import { between, pick, seededRandom, skewed } from '../database/random.ts'

/** Shares of all requests, in percent. */
export const mix = { product: 62, category: 18, home: 10, search: 5, cart: 3, login: 2 } as const
type Kind = keyof typeof mix

export interface Visit {
  readonly kind: Kind
  readonly path: string
  /** A form to post. */
  readonly form?: string
  /** Which of the visitors with a cart: they keep a cookie. */
  readonly visitor?: number
}

/** Visitors who put things into carts at the same time. */
const CARTS = 60

const words = (
  'lamp,walnut knife,tent,sweater,wool,oak,merino,copper,linen,headphones,fountain pen,notebook,boots,turntable,kettle,' +
  'backpack,vase,blanket,keyboard,watch,titanium,cast iron,rug,mug,cashmere,speaker,planner,brass lantern,leather,canvas'
).split(',')

/**
 * @param products ids to ask for, in order: the trace
 * @param categories slugs, the most visited first
 */
export function planVisits(plan: {
  seed: number
  count: number
  products: readonly number[]
  categories: readonly string[]
}): Visit[] {
  const random = seededRandom(plan.seed)
  const kinds = (Object.keys(mix) as Kind[]).flatMap((kind) =>
    Array.from({ length: mix[kind] }, () => kind),
  )
  let next = 0
  let carts = 0
  const product = (): number => plan.products[next++ % plan.products.length] ?? 1

  const visit: Record<Kind, () => Omit<Visit, 'kind'>> = {
    product: () => ({ path: `/product/${product()}` }),
    category: () => {
      const slug = plan.categories[skewed(random, plan.categories.length, 1.5)] ?? ''
      const page = pick(random, [1, 1, 1, 1, 1, 1, 1, 2, 2, between(random, 3, 10)])
      return { path: `/categories/${slug}${page > 1 ? `?sort=newest&page=${page}` : ''}` }
    },
    home: () => ({ path: '/' }),
    search: () => ({
      path: `/search?q=${encodeURIComponent(words[skewed(random, words.length)] ?? '')}`,
    }),
    cart: () => {
      const visitor = carts++ % CARTS
      // Each puts something in, looks at it, and so on.
      const looks = Math.floor((carts - 1) / CARTS) % 2 === 1
      if (looks) return { path: '/cart', visitor }
      return { path: '/cart', form: `product=${between(random, 1, 20_000)}`, visitor }
    },
    login: () => ({ path: '/login' }),
  }
  return Array.from({ length: plan.count }, () => {
    const kind = pick(random, kinds)
    return { kind, ...visit[kind]() }
  })
}
