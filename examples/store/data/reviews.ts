import type { Query } from '../database/database.ts'

export interface Review {
  readonly id: number
  readonly author: string
  readonly stars: number
  readonly title: string
  readonly body: string
  readonly writtenOn: string
}

export const REVIEWS_PER_PAGE = 6

export async function listReviews(query: Query, productId: number, page: number): Promise<Review[]> {
  return await query<Review>(
    `select id, author, stars, title, body, to_char(written_on, 'YYYY-MM-DD') as "writtenOn"
     from reviews where product_id = $1
     order by written_on desc, id limit ${REVIEWS_PER_PAGE} offset $2`,
    [productId, (page - 1) * REVIEWS_PER_PAGE],
  )
}

/** How many reviews gave one star, two stars, and so on: five numbers. */
export async function countStars(query: Query, productId: number): Promise<number[]> {
  const counted = await query<{ stars: number; count: number }>(
    `select stars, count(*)::int as count from reviews where product_id = $1 group by stars`,
    [productId],
  )
  return [1, 2, 3, 4, 5].map((stars) => counted.find((row) => row.stars === stars)?.count ?? 0)
}
