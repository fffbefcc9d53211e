import { cached, prisma } from './database.ts'
import type { Product } from './generated/client.ts'

export async function listProducts(): Promise<Product[]> {
  return await cached(prisma.product.findMany({ orderBy: { id: 'asc' } }), { ttl: '1h' })
}

export async function findProduct(id: number): Promise<Product | null> {
  return await cached(prisma.product.findUnique({ where: { id } }), { ttl: '1h' })
}

/** Resolves when no cache shows the old price any more. @returns whether there is such a product */
export async function setPrice(id: number, cents: number): Promise<boolean> {
  const { count } = await prisma.product.updateMany({ where: { id }, data: { cents } })
  return count === 1
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
