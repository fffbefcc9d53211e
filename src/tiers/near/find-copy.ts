import type { Store } from '../../base/store.ts'
import type { Look } from '../look.ts'
import type { LearnedStamps } from './learned-stamps.ts'

/** What a copy says of its key: fresh, and not older than what the log has told; one that is older goes. */
export async function findCopy(
  copies: Store,
  stamps: LearnedStamps,
  key: string,
  tags: readonly string[] | undefined,
  now: () => number,
): Promise<Look | undefined> {
  const { result } = await copies.read([key], [])
  const record = result[0]
  const entry = record?.entry
  if (record === undefined || entry === undefined) return undefined
  if (entry.freshUntil <= now()) return undefined
  const need = stamps.needOf(key, entry.tags)
  if (entry.stamp < need) {
    await copies.remove([key], [])
    return undefined
  }
  const wanted = tags === undefined ? need : Math.max(need, stamps.needOf(key, tags))
  return { key, record, entry, clock: Math.max(stamps.newest, entry.stamp), need: wanted }
}
