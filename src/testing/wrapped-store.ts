import type { Announced, Store, Write } from '../base/store.ts'

/** What a store can be asked to do and can fail at: every member that takes time. */
export type ActName = Exclude<
  keyof Store,
  'name' | 'can' | 'feed' | 'listen' | 'readNow' | 'statsNow' | 'close'
>

export const ACTS: readonly ActName[] = [
  'read',
  'write',
  'remove',
  'touch',
  'increment',
  'acquire',
  'commit',
  'renew',
  'release',
  'bump',
  'intend',
  'withdraw',
  'scan',
  'stats',
  'flushServer',
]

/** An act with the wire keys that it concerns: for `scan` the head, for `bump` the fields, for intents keys and fields. */
export function actOf(
  act: ActName,
  parts: readonly unknown[],
): { readonly act: ActName; readonly keys: readonly string[] } {
  const [first] = parts
  if (typeof first === 'string') return { act, keys: [first] }
  if (act === 'intend' || act === 'withdraw') {
    const { keys, fields } = first as Announced
    return { act, keys: [...keys, ...fields] }
  }
  if (!Array.isArray(first)) return { act, keys: [] }
  const keys = (first as readonly (string | Write)[]).map((each) =>
    typeof each === 'string' ? each : each.key,
  )
  return { act, keys }
}

/**
 * The same store, which first asks `before` for every act. What it throws or rejects with is the act's failure; while its
 * promise is pending the act has not begun.
 */
export function wrapStore(
  store: Store,
  before: (act: ActName, parts: readonly unknown[]) => Promise<void> | void,
): Store {
  const wrap =
    (act: Exclude<ActName, 'scan'>) =>
    async (...parts: unknown[]): Promise<unknown> => {
      const wait = before(act, parts)
      // Not awaited when there is nothing to wait for: the act begins in the same turn, as without us.
      if (wait !== undefined) await wait
      return await (store[act] as (...parts: unknown[]) => Promise<unknown>).apply(store, parts)
    }
  const wrapped: Record<string, unknown> = {
    name: store.name,
    can: store.can,
    feed: store.feed,
    listen: store.listen.bind(store),
    close: store.close.bind(store),
    async *scan(...parts: Parameters<Store['scan']>) {
      const wait = before('scan', parts)
      if (wait !== undefined) await wait
      yield* store.scan(...parts)
    },
  }
  for (const act of ACTS) if (act !== 'scan') wrapped[act] = wrap(act)
  return wrapped as unknown as Store
}
