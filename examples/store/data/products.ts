import type { Query } from '../database/database.ts'

/** A product as lists show it. */
export interface Card {
  readonly id: number
  readonly slug: string
  readonly name: string
  readonly priceCents: number
  readonly categoryId: number
  /** Mean of its reviews, 0 without any. */
  readonly stars: number
  readonly reviewCount: number
}

export interface Product extends Card {
  readonly description: string
  /** How many reviews gave one star, two stars, and so on: five numbers. */
  readonly starCounts: readonly number[]
}

export interface Facets {
  readonly count: number
  readonly minCents: number
  readonly maxCents: number
}

export const sorts = {
  newest: 'Newest',
  cheapest: 'Price, low to high',
  dearest: 'Price, high to low',
} as const
export type Sort = keyof typeof sorts

export const PAGE_SIZE = 24

/** Written here, never taken from the request: an ORDER BY cannot be a parameter. */
const orderBy: Record<Sort, string> = {
  newest: 'p.added_on desc, p.id',
  cheapest: 'p.price_cents, p.id',
  dearest: 'p.price_cents desc, p.id',
}

const words = `to_tsvector('english', p.name || ' ' || p.description)`

/** Chooses the products first and looks up the reviews of those few only. */
function cards(chosen: string, order: string): string {
  return `
    select p.id, p.slug, p.name, p.price_cents as "priceCents", p.category_id as "categoryId",
      r.stars, r.count as "reviewCount"
    from (${chosen}) p
    cross join lateral (
      select coalesce(avg(stars), 0)::float as stars, count(*)::int as count from reviews where product_id = p.id
    ) r
    order by ${order}`
}

export async function listProducts(
  query: Query,
  list: { categoryIds: readonly number[]; sort: Sort; page: number },
): Promise<Card[]> {
  const order = orderBy[list.sort]
  const chosen = `select * from products p where category_id = any($1) order by ${order} limit ${PAGE_SIZE} offset $2`
  return await query<Card>(cards(chosen, order), [list.categoryIds, (list.page - 1) * PAGE_SIZE])
}

export async function loadFacets(query: Query, categoryIds: readonly number[]): Promise<Facets> {
  const [facets] = await query<Facets>(
    `select count(*)::int as count, coalesce(min(price_cents), 0) as "minCents", coalesce(max(price_cents), 0) as "maxCents"
     from products where category_id = any($1)`,
    [categoryIds],
  )
  return facets ?? { count: 0, minCents: 0, maxCents: 0 }
}

export async function findProduct(query: Query, id: number): Promise<Product | undefined> {
  const [row] = await query<Omit<Product, 'stars' | 'reviewCount'>>(
    `select id, slug, name, price_cents as "priceCents", category_id as "categoryId", description,
       (select array_agg((select count(*)::int from reviews where product_id = p.id and stars = star) order by star)
        from generate_series(1, 5) star) as "starCounts"
     from products p where id = $1`,
    [id],
  )
  if (!row) return undefined
  const reviewCount = row.starCounts.reduce((sum, count) => sum + count, 0)
  const sum = row.starCounts.reduce((total, count, index) => total + count * (index + 1), 0)
  return { ...row, reviewCount, stars: reviewCount === 0 ? 0 : sum / reviewCount }
}

/** Others of its kind for about the same money: the nearest four above and below, found in the price index. */
export async function relatedProducts(query: Query, product: Product): Promise<Card[]> {
  const nearest = `
    select * from (
      (select * from products where category_id = $1 and price_cents >= $2 and id <> $3 order by price_cents, id limit 4)
      union all
      (select * from products where category_id = $1 and price_cents < $2 order by price_cents desc, id limit 4)
    ) near
    order by abs(price_cents - $2), id limit 4`
  return await query<Card>(cards(nearest, 'abs(p.price_cents - $2), p.id'), [
    product.categoryId,
    product.priceCents,
    product.id,
  ])
}

export async function featuredProducts(query: Query): Promise<Card[]> {
  const chosen = `select p.*, f.position from featured f join products p on p.id = f.product_id`
  return await query<Card>(cards(chosen, 'p.position'))
}

export async function searchProducts(
  query: Query,
  search: { words: string; page: number },
): Promise<{ count: number; products: Card[] }> {
  const matches = `${words} @@ websearch_to_tsquery('english', $1)`
  const [found] = await query<{ count: number }>(
    `select count(*)::int as count from products p where ${matches}`,
    [search.words],
  )
  const products = await query<Card>(
    cards(
      `select * from products p where ${matches} order by p.id limit ${PAGE_SIZE} offset $2`,
      'p.id',
    ),
    [search.words, (search.page - 1) * PAGE_SIZE],
  )
  return { count: found?.count ?? 0, products }
}

/** @returns false when there is no such product */
export async function changePrice(query: Query, id: number, priceCents: number): Promise<boolean> {
  const changed = await query(`update products set price_cents = $2 where id = $1 returning id`, [
    id,
    priceCents,
  ])
  return changed.length > 0
}
