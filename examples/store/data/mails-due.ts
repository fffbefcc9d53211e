import type { Query } from '../database/database.ts'

/** An order whose mail has not gone out yet. */
export interface DueMail {
  readonly orderId: number
  readonly email: string
  readonly name: string
  readonly items: readonly { name: string; quantity: number; priceCents: number }[]
}

/** Within the order's transaction: an order without its mail must not exist, whatever happens to the queue. */
export async function oweMail(query: Query, orderId: number): Promise<void> {
  await query(`insert into mails_due (order_id) values ($1)`, [orderId])
}

/** Page by page: those that cannot be sent must not stand before those that can. @param after an id; `''` for the first page */
export async function listDueMails(query: Query, after: string, limit: number): Promise<string[]> {
  const rows = await query<{ id: string }>(
    `select id from mails_due where id::text > $1 order by id::text limit $2`,
    [after, limit],
  )
  return rows.map(({ id }) => id)
}

/** @returns undefined when it has gone out already */
export async function findDueMail(query: Query, id: string): Promise<DueMail | undefined> {
  const [mail] = await query<DueMail>(
    `select o.id as "orderId", u.email, u.name,
       (select json_agg(json_build_object('name', p.name, 'quantity', i.quantity, 'priceCents', i.price_cents)
          order by p.name, p.id)
        from order_items i join products p on p.id = i.product_id where i.order_id = o.id) as items
     from mails_due d join orders o on o.id = d.order_id join users u on u.id = o.user_id
     where d.id = $1`,
    [id],
  )
  return mail
}

export async function settleMail(query: Query, id: string): Promise<void> {
  await query(`delete from mails_due where id = $1`, [id])
}
