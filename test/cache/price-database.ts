import type { Cache } from '../../src/cache/cache.ts'

export const KEY = ['product', 7] as const

/** A database of one price. What a transaction writes is seen by others when it is committed. */
export class Database {
  price = 1
  /** Told at each step: `begin`, `commit`, `rollback`. */
  readonly steps: string[] = []
  /** How often the next transactions are refused at COMMIT, and whether they are committed all the same. */
  failsAtCommit: { error: Error; committed: boolean } | undefined

  async transaction<R>(work: (trx: { price: number }) => Promise<R>): Promise<R> {
    this.steps.push('begin')
    const trx = { price: this.price }
    let result: R
    try {
      result = await work(trx)
    } catch (error) {
      this.steps.push('rollback')
      throw error
    }
    const failure = this.failsAtCommit
    if (failure === undefined || failure.committed) this.price = trx.price
    this.steps.push('commit')
    if (failure !== undefined) throw failure.error
    return result
  }
}

/** Callers ask for the price in both ways that it can be invalidated: by its key, and by its tag. */
export async function prices(cache: Cache, db: Database): Promise<[byKey: number, byTag: number]> {
  return [
    await cache.getOrSet(KEY, () => db.price, '1h'),
    await cache.getOrSet('list', () => db.price, { ttl: '1h', tags: ['products'] }),
  ]
}

export async function raise(
  cache: Cache,
  db: Database,
  price: number,
): Promise<{ applied: boolean }> {
  return await cache.transaction(db, async (trx, changes) => {
    trx.price = price
    await changes.invalidate(KEY)
    await changes.invalidateTags(['products'])
  })
}
