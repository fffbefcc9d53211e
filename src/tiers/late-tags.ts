import { type Field, type Generations, tagField } from '../base/generation.ts'
import type { Entry } from '../base/record.ts'
import type { Operation, Store } from '../base/store.ts'

/**
 * The generations of `entries` too: tags that nobody knew of when the fields were asked for take one more round trip, once
 * per key. Later stamps than the entry's can only make it less valid, so reading them after the entry is safe.
 */
export async function withLateTags(
  store: Store,
  entries: readonly (Entry | undefined)[],
  generations: Generations,
  asked: readonly Field[],
  operation: Operation,
): Promise<Generations> {
  const missing = new Set<Field>()
  for (const entry of entries) for (const tag of entry?.tags ?? []) missing.add(tagField(tag))
  for (const field of asked) missing.delete(field)
  if (missing.size === 0) return generations
  const late = (await store.read([], [...missing], { signal: operation.signal })).generations
  return {
    clock: generations.clock,
    floor: Math.max(generations.floor, late.floor),
    bumps: new Map([...generations.bumps, ...late.bumps]),
  }
}
