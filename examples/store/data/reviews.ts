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

export async function listReviews(
  query: Query,
  productId: number,
  page: number,
): Promise<Review[]> {
  return await query<Review>(
    `select id, author, stars, title, body, to_char(written_on, 'YYYY-MM-DD') as "writtenOn"
     from reviews where product_id = $1
     order by written_on desc, id limit ${REVIEWS_PER_PAGE} offset $2`,
    [productId, (page - 1) * REVIEWS_PER_PAGE],
  )
}
