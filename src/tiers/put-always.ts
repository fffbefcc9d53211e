import { needOf, type Stamp } from '../base/generation.ts'
import type { Entry } from '../base/record.ts'
import type { Operation, Store } from '../base/store.ts'
import { MAX_ATTEMPTS } from './attempts.ts'
import type { Judge } from './judge.ts'
import { fieldsOf } from './look.ts'

/**
 * Stores entries, whatever was there, and again under a newer stamp those that an invalidation of their own tags has overtaken.
 *
 * @param told the store's clock, of each answer
 */
export async function putAlways(
  store: Store,
  judge: Judge,
  entries: readonly { readonly key: string; readonly entry: Entry }[],
  told: (clock: Stamp) => void,
  operation: Operation,
): Promise<void> {
  let pending = entries
  let when: 'always' | 'rev' = 'always'
  for (let attempt = 0; pending.length > 0 && attempt < MAX_ATTEMPTS; attempt++) {
    const writes = pending.map(({ key, entry }) => {
      return { key, entry, when: when === 'always' ? ('always' as const) : { rev: entry.rev } }
    })
    const fields = judge.fieldsOf(
      pending.map(({ key }) => key),
      pending.flatMap(({ entry }) => entry.tags),
    )
    const { generations } = await store.write(writes, fields, operation)
    told(generations.clock)
    // Written with a clock older than an invalidation of its own tags: give it the newer one, unless replaced meanwhile.
    pending = pending
      .filter(({ key, entry }) => entry.stamp < needOf(generations, fieldsOf(key, entry.tags)))
      .map(({ key, entry }) => ({ key, entry: { ...entry, stamp: generations.clock } }))
    when = 'rev'
  }
}
