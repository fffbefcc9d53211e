import { needOf, type Stamp } from '../base/generation.ts'
import type { Entry } from '../base/record.ts'
import type { Operation, Store } from '../base/store.ts'
import type { Token } from '../base/token.ts'
import { MAX_ATTEMPTS } from './attempts.ts'
import type { Judge } from './judge.ts'
import { withLateTags } from './late-tags.ts'
import { fieldsOf } from './look.ts'

/**
 * Stores an entry only where nothing valid and fresh lives.
 *
 * @param made the entry anew for each attempt, with the newest stamp that is known
 * @param told the store's clock, of each answer
 * @returns whether it was stored
 */
export async function putIfAbsent(
  store: Store,
  judge: Judge,
  made: () => { readonly key: string; readonly entry: Entry },
  told: (clock: Stamp) => void,
  operation: Operation,
): Promise<boolean> {
  let rev: Token | undefined
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const { key, entry } = made()
    const fields = judge.fieldsOf([key], entry.tags)
    const write = { key, entry, when: rev === undefined ? ('absent' as const) : { rev } }
    const { result, generations } = await store.write([write], fields, operation)
    told(generations.clock)
    const answer = result[0]
    if (answer?.written === true) {
      judge.tags.remember(key, entry.tags)
      if (entry.stamp >= needOf(generations, fieldsOf(key, entry.tags))) return true
      rev = entry.rev
      continue
    }
    const found = answer?.found?.entry
    if (found === undefined) {
      rev = undefined
      continue
    }
    const complete = await withLateTags(store, [found], generations, fields, operation)
    if (judge.isLive(key, found, complete)) return false
    rev = found.rev
  }
  return false
}
