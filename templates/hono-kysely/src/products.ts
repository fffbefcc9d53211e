import { cached, db } from './database.ts'

export interface Product {
  readonly id: number
  readonly name: string
  readonly cents: number
}

export async function listProducts(): Promise<Product[]> {
  const query = db.selectFrom('products').selectAll().orderBy('id')
  return await cached(query, { ttl: '1h' }).execute()
}

export async function findProduct(id: number): Promise<Product | undefined> {
  const query = db.selectFrom('products').selectAll().where('id', '=', id)
  return await cached(query, { ttl: '1h' }).executeTakeFirst()
}

/** Resolves when no cache shows the old price any more. @returns whether there is such a product */
export async function setPrice(id: number, cents: number): Promise<boolean> {
  const update = db.updateTable('products').set({ cents }).where('id', '=', id)
  return (await update.executeTakeFirst()).numUpdatedRows > 0n
}

/** `undefined` for what cannot be an id. */
export function productId(text: string): number | undefined {
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined
}

/** The price in a body `{"cents": 1900}`; `undefined` for what is none. */
export function priceIn(body: unknown): number | undefined {
  const cents: unknown = (body as { cents?: unknown } | null | undefined)?.cents
  const isPrice = Number.isInteger(cents) && Number(cents) >= 0 && Number(cents) < 1e9
  return isPrice ? Number(cents) : undefined
}

export function priceOf({ cents }: Product): string {
  return (cents / 100).toFixed(2)
}
