import type { Query } from '../database/database.ts'

export interface CartItem {
  readonly productId: number
  readonly slug: string
  readonly name: string
  readonly categoryId: number
  readonly priceCents: number
  readonly quantity: number
  readonly available: number
}

/** More of one thing than anyone needs, so that a forged form cannot overflow a sum. */
export const MOST_OF_ONE = 20

export async function loadCart(query: Query, sessionId: string): Promise<CartItem[]> {
  return await query<CartItem>(
    `select p.id as "productId", p.slug, p.name, p.category_id as "categoryId", p.price_cents as "priceCents",
       c.quantity, s.quantity as available
     from cart_items c join products p on p.id = c.product_id join stock s on s.product_id = p.id
     where c.session_id = $1 order by p.name, p.id`,
    [sessionId],
  )
}

export async function addToCart(query: Query, sessionId: string, productId: number): Promise<void> {
  // Selecting from products makes an unknown id a no-op instead of an error.
  await query(
    `insert into cart_items (session_id, product_id, quantity) select $1, id, 1 from products where id = $2
     on conflict (session_id, product_id) do update set quantity = least(cart_items.quantity + 1, $3)`,
    [sessionId, productId, MOST_OF_ONE],
  )
}

/** What is in one session's cart is in another's from now on. */
export async function moveCart(query: Query, fromId: string, toId: string): Promise<void> {
  await query(`update cart_items set session_id = $2 where session_id = $1`, [fromId, toId])
}

/** Zero takes it out. */
export async function setQuantity(
  query: Query,
  sessionId: string,
  productId: number,
  quantity: number,
): Promise<void> {
  if (quantity <= 0) {
    await query(`delete from cart_items where session_id = $1 and product_id = $2`, [
      sessionId,
      productId,
    ])
    return
  }
  await query(
    `update cart_items set quantity = least($3, ${MOST_OF_ONE}) where session_id = $1 and product_id = $2`,
    [sessionId, productId, quantity],
  )
}
