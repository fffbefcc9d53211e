import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Cache } from '../../src/cache/cache.ts'
import { cachedQuery } from '../../src/data/cached-query.ts'
import { rowTag, tableTag } from '../../src/data/tags.ts'
import { type ChangeTracker, trackChanges, type TrackerOptions } from '../../src/data/tracker.ts'
import { delayedStore } from '../cache/delayed-store.ts'
import { FreshCaches } from '../cache/fresh-caches.ts'
import {
  type HistoryReader,
  type HistoryReport,
  type HistoryWriter,
  NOTHING_WRONG,
  playHistory,
} from './history.ts'
import { ADD, ALL, ONE, StubDatabase, type StubRow, TrackedStub } from './stub-database.ts'

const ROWS = 4
const SCHEMA = { tables: [{ name: 'items', key: [{ name: 'id', kind: 'integer' }] as const }] }

let caches: FreshCaches
let cache: Cache
let database: StubDatabase
let tracker: ChangeTracker

/** Something between nothing and a few milliseconds of the fake clock. */
const hop = (): Promise<void> => {
  const ms = Math.floor(Math.random() * 3)
  return ms === 0
    ? Promise.resolve()
    : new Promise((resolve) => void caches.clock.after(ms, resolve))
}
const openCache = (): Cache => caches.open({ store: delayedStore(caches.store, hop) })

beforeEach(() => {
  caches = new FreshCaches()
  cache = openCache()
  database = new StubDatabase(ROWS, hop)
  tracker = trackChanges(cache, { schema: SCHEMA })
})
afterEach(() => caches.close())

const numbers = (rows: readonly StubRow[]): Map<number, number> =>
  new Map(rows.map(({ id, n }) => [id, n]))
const ttl = '1h'
const query = async (
  of: Cache,
  sql: string,
  ids: number[],
  run = database.connect(),
): Promise<StubRow[]> =>
  await cachedQuery(of, {
    tracker,
    dialect: 'postgres',
    sql,
    params: [ids],
    run: () => run.query(sql, ids),
    ttl,
  })

/** Rows by their ids, and all of them as a list, in each process. */
function readers(...processes: Cache[]): HistoryReader[] {
  return processes.flatMap((of, at) => [
    { name: `rows ${at}`, read: async (ids) => numbers(await query(of, ONE, [...ids])) },
    { name: `list ${at}`, read: async () => numbers(await query(of, ALL, [])) },
  ])
}

/** A writer that sends each statement in turn; `ids` goes with those that have a place for it. */
function writer(
  name: string,
  statements: readonly string[],
  keeps?: HistoryWriter['keeps'],
): HistoryWriter {
  return {
    name,
    ...(keeps === undefined ? {} : { keeps }),
    async write(ids) {
      const connection = new TrackedStub(database, tracker)
      for (const [at, sql] of statements.entries()) {
        const own =
          sql === ADD
            ? keeps === keepsFirst
              ? ids.slice(at === 1 ? 0 : 1, at === 1 ? 1 : undefined)
              : ids
            : []
        if (sql !== ADD || own.length > 0) await connection.query(sql, own)
      }
    },
  }
}
const keepsFirst: HistoryWriter['keeps'] = (ids) => ids.slice(0, 1)
const keepsNone: HistoryWriter['keeps'] = () => []

/** Commits in a process of its own, which dies before it could invalidate. */
function killed(options: TrackerOptions = {}): HistoryWriter {
  return {
    name: 'killed after COMMIT',
    mayFail: true,
    async write(ids) {
      const process = openCache()
      const own = trackChanges(process, { schema: SCHEMA, ...options })
      const connection = new TrackedStub(database, own)
      await connection.query('begin')
      await connection.query(ADD, ids)
      await new Promise<void>((resolve) => {
        void connection.session.run(own.statements('commit', [], 'postgres'), async () => {
          await connection.connection.query('commit')
          resolve()
          return await new Promise(() => undefined)
        })
      })
      await process.close()
      throw new Error('killed')
    },
  }
}

const WRITERS = (): HistoryWriter[] => [
  writer('autocommit', [ADD]),
  writer('transaction', ['begin', ADD, 'commit']),
  writer('rolled back', ['begin', ADD, 'rollback'], keepsNone),
  writer(
    'savepoint rolled back',
    ['begin', ADD, 'savepoint a', ADD, 'rollback to a', 'commit'],
    keepsFirst,
  ),
  writer('savepoint released', ['begin', 'savepoint a', ADD, 'release a', 'commit']),
]

async function play(history: {
  readers: HistoryReader[]
  writers: HistoryWriter[]
  writes?: number
}): Promise<HistoryReport> {
  const state = { over: false, stepMs: 1 }
  const played = playHistory({
    ...history,
    rows: ROWS,
    writes: history.writes ?? 30,
    truth: () => Promise.resolve(database.rows),
    afterAll: () => {
      // Nothing is left to be interleaved, but for what an announcement does when its time is over.
      state.stepMs = 500
      return new Promise((resolve) => void caches.clock.after(31_000, resolve))
    },
  }).finally(() => {
    state.over = true
  })
  while (!state.over) await caches.clock.advance(state.stepMs)
  return await played
}

describe('a history of tracked writers and cached queries', () => {
  it('has no read that is older than what was confirmed, and none of what was not committed', async () => {
    const report = await play({ readers: readers(cache, openCache()), writers: WRITERS() })

    expect(report).toMatchObject(NOTHING_WRONG)
    expect(report.reads).toBeGreaterThan(300)
  })

  it('is right in the end although writers die between COMMIT and their invalidation', async () => {
    const report = await play({ readers: readers(cache), writers: [...WRITERS(), killed()] })

    expect(report).toMatchObject(NOTHING_WRONG)
  })
})

describe('the judge of histories', () => {
  /** Each is played until it was caught once. */
  const caught = async (
    broken: () => { readers: HistoryReader[]; writers: HistoryWriter[] },
    by: keyof typeof NOTHING_WRONG,
  ): Promise<boolean> => {
    for (let turn = 0; turn < 20; turn++) {
      const report = await play({ ...broken(), writes: 20 })
      if (report[by].length > 0) return true
    }
    return false
  }

  it('catches a writer that invalidates before COMMIT', async () => {
    const before: HistoryWriter = {
      name: 'invalidates before COMMIT',
      async write(ids) {
        const connection = database.connect()
        await connection.query('begin')
        await connection.query(ADD, ids)
        await cache.invalidateTags([tableTag('items'), ...ids.map((id) => rowTag('items', id))])
        // Somebody asks just now.
        await query(cache, ALL, [])
        await connection.query('commit')
      },
    }

    expect(await caught(() => ({ readers: readers(cache), writers: [before] }), 'stale')).toBe(true)
  })

  it('catches a writer that announces nothing and dies', async () => {
    expect(
      await caught(
        () => ({ readers: readers(cache), writers: [killed({ consistency: 'afterwards' })] }),
        'wrongAtTheEnd',
      ),
    ).toBe(true)
  })

  it('catches a cache that reads, loads and stores, and deletes after COMMIT', async () => {
    const naive: HistoryReader = {
      name: 'naive',
      async read() {
        const known = await cache.get('list')
        if (known !== undefined) return known as Map<number, number>
        const rows = numbers(await database.connect().query(ALL))
        // A value is worked on before it is stored.
        await new Promise<void>((resolve) => void caches.clock.after(4, resolve))
        await cache.set('list', rows)
        return rows
      },
    }
    const deletes: HistoryWriter = {
      name: 'deletes',
      async write(ids) {
        await database.connect().query(ADD, ids)
        await cache.delete('list')
      },
    }

    expect(await caught(() => ({ readers: [naive, naive], writers: [deletes] }), 'stale')).toBe(
      true,
    )
  })

  it('catches a cached query that is filled within a transaction that has written', async () => {
    const fills: HistoryWriter = {
      name: 'fills in its transaction',
      keeps: keepsNone,
      async write(ids) {
        const connection = new TrackedStub(database, tracker)
        await connection.query('begin')
        await connection.query(ADD, ids)
        await query(cache, ALL, [], connection.connection)
        await connection.query('rollback')
      },
    }

    expect(
      await caught(
        () => ({ readers: readers(cache), writers: [fills, writer('commits', [ADD])] }),
        'dirty',
      ),
    ).toBe(true)
  })

  it('catches one that forgets what a released savepoint has changed', async () => {
    const forgets: HistoryWriter = {
      name: 'forgets',
      async write(ids) {
        const connection = new TrackedStub(database, tracker)
        await connection.query('begin')
        await connection.connection.query('savepoint a')
        await connection.connection.query(ADD, ids)
        await connection.connection.query('release a')
        await connection.query('commit')
      },
    }

    expect(await caught(() => ({ readers: readers(cache), writers: [forgets] }), 'stale')).toBe(
      true,
    )
  })
})
