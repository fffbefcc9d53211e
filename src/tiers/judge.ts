import type { Clock } from '../base/clock.ts'
import { type Field, type Generations, needOf, tagField } from '../base/generation.ts'
import type { Entry, StoreRecord } from '../base/record.ts'
import type { Operation, Store } from '../base/store.ts'
import { withLateTags } from './late-tags.ts'
import { fieldsOf, isValid, type Look } from './look.ts'
import { TagMemory } from './tag-memory.ts'

/** Says of what a store holds whether it may be served, and which stamps are needed to say so. */
export class Judge {
  readonly tags: TagMemory = new TagMemory()
  readonly #store: Store
  readonly #clock: Clock

  constructor(store: Store, clock: Clock) {
    this.#store = store
    this.#clock = clock
  }

  /** The fields whose stamps are needed for these keys, as far as their tags are known. */
  fieldsOf(keys: readonly string[], tags: readonly string[] = []): readonly Field[] {
    if (keys.length === 1 && tags.length === 0) {
      const key = keys[0] as string
      return fieldsOf(key, this.tags.of(key))
    }
    const fields = new Set<Field>(tags.map(tagField))
    for (const key of keys) for (const field of fieldsOf(key, this.tags.of(key))) fields.add(field)
    return [...fields]
  }

  /** @param tags that the caller declares: what is loaded under them must be newer than their stamps */
  judge(
    key: string,
    record: StoreRecord | undefined,
    generations: Generations,
    tags: readonly string[] | undefined,
  ): Look {
    const entry = record?.entry
    if (entry !== undefined) this.tags.remember(key, entry.tags)
    const fields = fieldsOf(key, entry?.tags ?? this.tags.of(key))
    const need = needOf(
      generations,
      tags === undefined ? fields : [...fields, ...tags.map(tagField)],
    )
    const usable =
      entry !== undefined &&
      record?.undecodable === undefined &&
      entry.deadAt > this.#clock.now() &&
      isValid(key, entry, generations)
    return { key, record, entry: usable ? entry : undefined, clock: generations.clock, need }
  }

  /** Of what a store found, the entries that are valid and fresh. */
  async live(
    keys: readonly string[],
    records: readonly (StoreRecord | undefined)[],
    generations: Generations,
    asked: readonly Field[],
    operation: Operation,
  ): Promise<(Entry | undefined)[]> {
    const entries = records.map((record) => record?.entry)
    const complete = await withLateTags(this.#store, entries, generations, asked, operation)
    return keys.map((key, index) => {
      const entry = entries[index]
      return entry !== undefined && this.isLive(key, entry, complete) ? entry : undefined
    })
  }

  isLive(key: string, entry: Entry, generations: Generations): boolean {
    return entry.freshUntil > this.#clock.now() && isValid(key, entry, generations)
  }
}
