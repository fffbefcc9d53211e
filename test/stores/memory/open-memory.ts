import type { Store, StoreContext, StoreEvent } from '../../../src/base/store.ts'
import { TokenSource } from '../../../src/base/token.ts'
import { json } from '../../../src/codec/json.ts'
import { memory, type MemoryOptions } from '../../../src/stores/memory/memory.ts'
import { fakeClock, type FakeClock } from '../../../src/testing/fake-clock.ts'

export interface OpenMemory {
  readonly clock: FakeClock
  readonly store: Store
  /** What the store reported to its alias. */
  readonly events: StoreEvent[]
  /** Another store opened from the same definition, with a prefix and events of its own. */
  open(prefix: string): { readonly store: Store; readonly events: StoreEvent[] }
  bytes(): Promise<number>
}

/** A memory in fake time. */
export function openMemory(options: MemoryOptions = {}): OpenMemory {
  const clock = fakeClock()
  const definition = memory(options)
  const open = (prefix: string): { store: Store; events: StoreEvent[] } => {
    const events: StoreEvent[] = []
    const context: StoreContext = {
      alias: prefix,
      prefix,
      processId: new TokenSource().processId,
      clock,
      codec: json(),
      report: (event) => events.push(event),
    }
    const store = definition.open(context)
    store.listen({ wake: () => {}, doom: () => {}, lost: () => {} })
    return { store, events }
  }
  const { store, events } = open('p')
  return { clock, store, events, open, bytes: async () => (await store.stats()).bytes ?? NaN }
}

let count = 0

/** Writes a value for an hour, unless said otherwise. */
export async function put(
  { store, clock }: Pick<OpenMemory, 'store' | 'clock'>,
  key: string,
  value: unknown,
  { tags = [], lifeMs = 3_600_000 }: { tags?: readonly string[]; lifeMs?: number } = {},
): Promise<void> {
  const until = clock.now() + lifeMs
  const rev = `put${String(++count).padStart(13, '0')}`
  const entry = {
    value,
    tags,
    stamp: 1,
    rev,
    freshUntil: until,
    deadAt: until,
    storedAt: 0,
    loadMs: 0,
  }
  await store.write([{ key, entry, when: 'always' }], [])
}

/** Which of these keys hold a value, as read without counting as a use. */
export async function alive(store: Store, keys: readonly string[]): Promise<string[]> {
  const { result } = await store.read(keys, [], { values: false })
  return keys.filter((_, index) => result[index]?.entry !== undefined)
}
