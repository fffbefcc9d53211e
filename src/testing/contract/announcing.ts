import type { StoreRecord } from '../../base/record.ts'
import type { Token } from '../../base/token.ts'
import type { Bench, Process } from './bench.ts'

/** Announces a change of keys, for a minute unless said otherwise; `forMs` in the steps of {@link Bench.ms}. */
export async function intend(
  bench: Bench,
  keys: readonly string[],
  parts: { by?: Process; token?: Token; forMs?: number } = {},
): Promise<Token> {
  const { by = bench.first, token = by.tokens.next(), forMs = 60_000 } = parts
  await by.store.intend({ keys, fields: [] }, token, bench.ms(forMs))
  return token
}

export async function recordOf(bench: Bench, key: string): Promise<StoreRecord | undefined> {
  return (await bench.second.store.read([key], [])).result[0]
}

/** `lease` where a load may begin, which is then given up again. */
export async function outcomeOf(bench: Bench, key: string, seen?: Token): Promise<string> {
  const request = bench.request(bench.first, { seen })
  const { outcome } = await bench.store.acquire(key, request)
  if (outcome === 'lease') await bench.store.release(key, request.token)
  return outcome
}
