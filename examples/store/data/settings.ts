import type { Query } from '../database/database.ts'

/** What the shopkeeper can change without a deploy. */
export interface Settings {
  readonly name: string
  readonly tagline: string
  readonly notice: string
  readonly email: string
  readonly freeDeliveryFromCents: number
}

export async function loadSettings(query: Query): Promise<Settings> {
  const rows = await query<{ key: string; value: string }>(`select key, value from settings`)
  const value = (key: string): string => rows.find((row) => row.key === key)?.value ?? ''
  return {
    name: value('shop.name'),
    tagline: value('shop.tagline'),
    notice: value('shop.notice'),
    email: value('shop.email'),
    freeDeliveryFromCents: Number(value('delivery.free_from_cents')),
  }
}
