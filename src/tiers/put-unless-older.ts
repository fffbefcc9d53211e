import type { Entry } from '../base/record.ts'
import { needOf } from '../base/generation.ts'
import type { Operation, Store } from '../base/store.ts'
import type { Token } from '../base/token.ts'
import { MAX_ATTEMPTS } from './attempts.ts'
import type { Judge } from './judge.ts'
import { fieldsOf, type Look, type LookOptions } from './look.ts'

interface Tier {
  readonly store: Store
  lookOne(key: string, options: LookOptions): Promise<Look>
}

/**
 * Stores an entry, unless a valid one is there that is newer. What is there is compared and replaced in one act of the store,
 * so of two writers the newer one's value stays, in whatever order they arrive. A load in flight is overtaken if it is
 * stored.
 *
 * @returns whether it was stored; also false when others were always faster: then nothing stays there, and whoever reads
 * next asks the source
 */
export async function putUnlessOlder(
  tier: Tier,
  judge: Judge,
  key: string,
  given: Entry,
  isOlder: (value: unknown, there: unknown) => boolean,
  operation: Operation,
): Promise<boolean> {
  let entry = given
  const fields = judge.fieldsOf([key], entry.tags)
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const look = await tier.lookOne(key, { ...operation, tags: entry.tags, strict: true })
    const { record } = look
    const ownWrite = record?.entry?.rev === entry.rev
    if (look.entry !== undefined && !ownWrite && isOlder(entry.value, look.entry.value))
      return false
    // As new as what was read: one that is older than the invalidation of a tag would be no match for the next writer.
    if (look.clock > entry.stamp) entry = { ...entry, stamp: look.clock }
    // An entry that is dead by its time is as good as absent to the store; one that is invalid is not.
    const rev: Token | undefined = record?.entry?.rev
    const conditions = rev === undefined ? (['absent'] as const) : ([{ rev }, 'absent'] as const)
    for (const when of conditions) {
      const { result, generations } = await tier.store.write(
        [{ key, entry, when }],
        fields,
        operation,
      )
      if (result[0]?.written !== true) continue
      judge.tags.remember(key, entry.tags)
      if (entry.stamp >= needOf(generations, fieldsOf(key, entry.tags))) return true
      // Written with a clock older than an invalidation of its own tags: it is written again with the newer one.
      entry = { ...entry, stamp: generations.clock }
      break
    }
  }
  await tier.store.remove([key], [], operation)
  return false
}
