import type { Contender } from './contenders.ts'
import { entryOf, keyOf } from './works.ts'

const KEPT = 100_000

export interface BytesPerEntry {
  readonly filled: number
  /** Null of what has no bound. */
  readonly churned: number | null
}

/** Heap and buffers for each entry, without its key and its value: filled, and after as many evictions as make the rest stand. */
export function bytesPerEntry(contender: Contender): BytesPerEntry {
  const entry = entryOf()
  // Each key is flat, and hashed, before anything is counted: what that takes is the key's own.
  const keys = Array.from({ length: 4 * KEPT }, (_, index) => Buffer.from(keyOf(index)).toString())
  const hashed = new Set(keys)
  const before = used()
  const cache = contender.open(KEPT)
  for (let index = 0; index < KEPT; index++) cache.set(keys[index] as string, entry)
  const filled = (used() - before) / KEPT
  if (!contender.isBounded) return { filled, churned: null }
  for (let index = KEPT; index < keys.length; index++) cache.set(keys[index] as string, entry)
  const churned = (used() - before) / KEPT
  // All of them are still needed here, or they would be collected before.
  if (cache.get('') !== undefined || hashed.size !== keys.length) throw new Error('Not as filled.')
  return { filled, churned }
}

function used(): number {
  for (let time = 0; time < 4; time++) globalThis.gc?.()
  const { external, heapUsed } = process.memoryUsage()
  return heapUsed + external
}
