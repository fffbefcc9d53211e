import type { Clock } from '../base/clock.ts'
import type { Entry } from '../base/record.ts'
import type { Operation, Store } from '../base/store.ts'
import type { Judge } from './judge.ts'
import { isValid } from './look.ts'
import { observed, type TierObserver } from './observer.ts'

interface Tier {
  readonly store: Store
  readonly clock: Clock
  readonly observer: TierObserver | undefined
}

/**
 * Stores entries under the stamps that they carry, whatever is there. False, with none of them kept, when one proves invalid:
 * something that it belongs to was invalidated after its stamp.
 */
export async function putAsOf(
  tier: Tier,
  judge: Judge,
  entries: readonly { readonly key: string; readonly entry: Entry }[],
  operation: Operation,
): Promise<boolean> {
  const keys = entries.map(({ key }) => key)
  const tell = await observed(tier, keys)
  const fields = judge.fieldsOf(
    keys,
    entries.flatMap(({ entry }) => entry.tags),
  )
  const writes = entries.map((each) => ({ ...each, when: 'always' as const }))
  const { generations } = await tier.store.write(writes, fields, operation)
  tell?.()
  for (const { key, entry } of entries) {
    judge.tags.remember(key, entry.tags)
    tier.observer?.saw(key, entry.tags)
  }
  if (entries.every(({ key, entry }) => isValid(key, entry, generations))) return true
  // No reader would be given it; it only takes up room.
  const revs = entries.map(({ entry }) => entry.rev)
  await tier.store.remove(keys, [], { ...operation, revs })
  return false
}
