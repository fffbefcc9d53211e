import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { HistoryReader, HistoryWriter } from '../history.ts'
import { processContract } from '../process-contract.ts'
import { OtherWriters } from './other-writers.ts'
import type { Shop } from './shop.ts'

/** Cached reads that every adapter has. */
interface Entries {
  /** All products. */
  readonly products: () => Promise<unknown>
  readonly 'product 1': () => Promise<unknown>
  readonly 'product 2': () => Promise<unknown>
  /** All products with their reviews. */
  readonly reviewed: () => Promise<unknown>
  /** All tags: no write of these tests concerns them, unless it says so. */
  readonly tags: () => Promise<unknown>
}
type EntryName = keyof Entries

/** A write through the ORM, and what dies of it. */
interface Write {
  readonly write: () => Promise<unknown>
  readonly dies: readonly EntryName[]
}

/** Reads and writes of the table `items` for a history: `n` of rows by id. */
interface Played {
  /** Cached reads. */
  readonly readers: readonly HistoryReader[]
  readonly writers: readonly HistoryWriter[]
}

export interface OrmUnderTest {
  readonly entries: Entries
  readonly writes: Readonly<Record<string, Write>>
  readonly played: Played
  /** Prisma: where its generated client lies, for another process. */
  readonly client?: string
  close?(): Promise<void>
}

/** What every adapter keeps, on a real PostgreSQL. */
export function ormContract(
  name: string,
  shopOf: () => Shop,
  open: (shop: Shop) => Promise<OrmUnderTest>,
  writes: readonly string[],
): void {
  describe(`cached reads of ${name}`, () => {
    let shop: Shop
    let orm: OrmUnderTest
    let others: OtherWriters

    beforeAll(async () => {
      shop = shopOf()
      orm = await open(shop)
      others = new OtherWriters(shop, name, orm.client)
    })
    afterAll(async () => {
      await others.close()
      await orm.close?.()
    })

    it('are answered without the database, and the same', async () => {
      const read = (): Promise<unknown[]> =>
        Promise.all(Object.values(orm.entries).map((each) => each()))
      const loaded = await read()
      let hits: unknown

      const sent = await shop.sending(async () => (hits = await read()))

      expect(sent).toEqual([])
      expect(hits).toEqual(loaded)
    })

    it.for(writes)('die of what they depend on, and of nothing else: %s', async (does) => {
      const { write, dies } = orm.writes[does] as Write
      const entries = Object.entries(orm.entries)
      for (const [, read] of entries) await read()

      await write()

      const dead: string[] = []
      for (const [entry, read] of entries) {
        if ((await shop.sending(read)).length > 0) dead.push(entry)
      }
      expect(dead).toEqual(dies)
    })

    processContract(() => ({
      readers: orm.played.readers,
      writers: [...orm.played.writers, ...others.writers],
      processes: others.processes,
      truth: () => others.truth(),
    }))
  })
}
