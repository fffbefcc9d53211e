import { isInVault } from '../base/key.ts'
import type { Operation } from '../base/store.ts'
import type { SharedTier } from './shared-tier.ts'

/** Removes what is invalid among `keys`; answers how many. Entries written meanwhile are left alone. */
export async function sweep(
  tier: SharedTier,
  keys: readonly string[],
  operation: Operation = {},
): Promise<number> {
  const swept = keys.filter((key) => !isInVault(key))
  if (swept.length === 0) return 0
  const looks = await tier.look(swept, { ...operation, values: false, strict: true })
  const gone = looks.flatMap(({ key, record, entry }) => {
    return record?.entry !== undefined && entry === undefined
      ? [{ key, rev: record.entry.rev }]
      : []
  })
  if (gone.length === 0) return 0
  const revs = gone.map(({ rev }) => rev)
  await tier.store.remove(
    gone.map(({ key }) => key),
    [],
    { ...operation, revs },
  )
  return gone.length
}
