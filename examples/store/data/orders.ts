import type { Database, Query } from '../database/database.ts'
import { oweMail } from './mails-due.ts'
import type { Card } from './products.ts'

/** What sold most in the last 30 days: reads every order of a month to name eight products. */
export async function bestSellers(query: Query): Promise<Card[]> {
  return await query<Card>(
    `with sold as (
       select i.product_id, sum(i.quantity) as units
       from orders o join order_items i on i.order_id = o.id
       where o.placed_at > now() - interval '30 days'
       group by i.product_id
       order by units desc, i.product_id
       limit 8
     )
     select p.id, p.slug, p.name, p.price_cents as "priceCents", p.category_id as "categoryId",
       r.stars, r.count as "reviewCount"
     from sold join products p on p.id = sold.product_id
     cross join lateral (
       select coalesce(avg(stars), 0)::float as stars, count(*)::int as count from reviews where product_id = p.id
     ) r
     order by sold.units desc, p.id`,
  )
}

/** The products that a user has ever bought. */
export async function boughtBy(query: Query, userId: number): Promise<number[]> {
  const rows = await query<{ id: number }>(
    `select distinct i.product_id as id from orders o join order_items i on i.order_id = o.id where o.user_id = $1`,
    [userId],
  )
  return rows.map(({ id }) => id)
}

export type Placed =
  | { readonly outcome: 'placed'; readonly orderId: number }
  | { readonly outcome: 'soldOut'; readonly productIds: readonly number[] }
  | { readonly outcome: 'empty' }

/** Turns a cart into an order, taking its things from stock. Everything happens or nothing does. */
export async function placeOrder(
  database: Database,
  sessionId: string,
  userId: number,
): Promise<Placed> {
  return await database.transaction(async (query) => {
    // Locked in the order of their ids, so that two carts with the same things in them cannot wait for each other.
    const wanted = await query<{ productId: number; wanted: number; available: number }>(
      `select c.product_id as "productId", c.quantity as wanted, s.quantity as available
       from cart_items c join stock s on s.product_id = c.product_id
       where c.session_id = $1
       order by c.product_id
       for update`,
      [sessionId],
    )
    if (wanted.length === 0) return { outcome: 'empty' }

    const soldOut = wanted.filter((item) => item.available < item.wanted)
    if (soldOut.length > 0)
      return { outcome: 'soldOut', productIds: soldOut.map((item) => item.productId) }

    const [order] = await query<{ id: number }>(
      `insert into orders (user_id) values ($1) returning id`,
      [userId],
    )
    if (!order) throw new Error('an insert with RETURNING answers one row')
    await query(
      `insert into order_items (order_id, product_id, quantity, price_cents)
       select $1, c.product_id, c.quantity, p.price_cents
       from cart_items c join products p on p.id = c.product_id where c.session_id = $2`,
      [order.id, sessionId],
    )
    await query(
      `update stock s set quantity = s.quantity - c.quantity
       from cart_items c where c.session_id = $1 and c.product_id = s.product_id`,
      [sessionId],
    )
    await query(`delete from cart_items where session_id = $1`, [sessionId])
    await oweMail(query, order.id)
    return { outcome: 'placed', orderId: order.id }
  })
}
