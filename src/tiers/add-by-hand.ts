import type { Clock } from '../base/clock.ts'
import { CacheError } from '../base/errors.ts'
import type { Operation, Store } from '../base/store.ts'
import type { Token, TokenSource } from '../base/token.ts'
import type { Look, LookOptions } from './look.ts'

/** `missing`: there is no valid, fresh value. `notNumber`: nothing can be added to it. */
export type Added =
  | { readonly outcome: 'done'; readonly value: number | bigint }
  | { readonly outcome: 'missing' | 'notNumber' }

interface AddParts {
  readonly store: Store
  readonly clock: Clock
  readonly tokens: TokenSource
  lookOne(key: string, options: LookOptions): Promise<Look>
}

const MAX_ATTEMPTS = 50

/**
 * Stores add to integers in place, and leave the rev as it is. What they cannot add to (a fraction or a boolean, with which
 * Django counts, or what is encrypted) is read, added to and written back over the very value that was read.
 *
 * That is safe only because the store has said of this very rev that it cannot add to it: otherwise somebody might have added
 * in place since it was read, and be overwritten.
 *
 * @param refused the rev of which the store has just said so
 */
export async function addByHand(
  parts: AddParts,
  key: string,
  delta: number | bigint,
  refused: Token | undefined,
  operation: Operation,
): Promise<Added> {
  const { clock, store, tokens } = parts
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const { entry } = await parts.lookOne(key, { ...operation, strict: true })
    if (entry === undefined || entry.freshUntil <= clock.now()) return { outcome: 'missing' }
    if (entry.rev === refused) {
      const current = typeof entry.value === 'boolean' ? Number(entry.value) : entry.value
      const value = sumOf(current, delta)
      if (value === undefined) return { outcome: 'notNumber' }
      const write = {
        key,
        entry: { ...entry, value, rev: tokens.next() },
        when: { rev: entry.rev },
      }
      const { result } = await store.write([write], [], operation)
      if (result[0]?.written === true) return { outcome: 'done', value }
    }
    const { result: again } = await store.increment(key, delta, [], operation)
    if (again.outcome === 'done') return { outcome: 'done', value: again.value }
    refused = again.outcome === 'notNumber' ? again.found.entry?.rev : undefined
  }
  throw new CacheError('E_STORE_REFUSED', 'A counter changed faster than it could be added to.')
}

function sumOf(current: unknown, delta: number | bigint): number | bigint | undefined {
  if (typeof current === 'bigint') return current + BigInt(delta)
  if (typeof current !== 'number' || !Number.isFinite(current)) return undefined
  if (Number.isInteger(current) && Number.isInteger(Number(delta))) {
    const sum = BigInt(current) + BigInt(delta)
    return Number.isSafeInteger(Number(sum)) ? Number(sum) : sum
  }
  return current + Number(delta)
}
