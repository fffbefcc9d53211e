import { type Change, trackChanges } from 'breakwater/data'
import { schemaOf, trackSqlite } from 'breakwater/sqlite'
import Database from 'better-sqlite3'
import { beforeEach, describe, expect, it } from 'vitest'
import { FreshCaches } from '../../cache/fresh-caches.ts'
import { SCHEMA, sqliteContract } from './sqlite-contract.ts'

sqliteContract('better-sqlite3', (file) => new Database(file))

describe('trackSqlite on what better-sqlite3 alone has', () => {
  let database: Database.Database
  let changes: (readonly [string, string, readonly string[] | undefined])[]
  let settled: () => Promise<unknown>

  beforeEach(async () => {
    database = new Database(':memory:')
    database.exec(SCHEMA)
    const caches = new FreshCaches()
    const tracker = trackChanges(caches.open())
    tracker.learn(await schemaOf(database))
    const tracked = trackSqlite(database, tracker)
    settled = () => tracked.settled()
    changes = []
    tracker.onChange((made: readonly Change[]) => {
      for (const { entity, operation, ids } of made) changes.push([entity, operation, ids])
    })
    return async () => {
      tracked.close()
      database.close()
      await caches.close()
    }
  })

  async function told(): Promise<typeof changes> {
    await settled()
    return changes.splice(0)
  }

  function run(sql: string, ...params: unknown[]): Database.RunResult {
    return database.prepare(sql).run(...params)
  }

  it('knows parameters that were bound once and for all, and leaves pragmas alone', async () => {
    database.pragma('cache_size = 100')
    database.prepare('delete from products where id = ?').bind(4).run()

    expect((await told())[0]).toEqual(['products', 'delete', ['4']])
  })

  it('follows the functions of database.transaction, nested ones, too', async () => {
    const set = (id: number): unknown => run('update products set n = 1 where id = ?', id)
    const failing = database.transaction((id: number) => {
      set(id)
      throw new Error('no')
    })
    const outer = database.transaction((fails: boolean) => {
      set(1)
      expect(() => failing(2)).toThrow('no')
      database.transaction(() => set(3)).immediate()
      if (fails) throw new Error('all of it')
      return 'done'
    })

    expect(outer(false)).toBe('done')
    expect(await told()).toEqual([
      ['products', 'update', ['1']],
      ['products', 'update', ['3']],
    ])
    expect(() => outer.exclusive(true)).toThrow('all of it')
    expect(await told()).toEqual([])
    expect(outer).toHaveProperty('deferred.database', database)
  })

  it('follows a savepoint within a function of database.transaction', async () => {
    const add = database.transaction(() => {
      run('update products set n = 1 where id = 1')
      database.exec('savepoint a; update products set n = 1 where id = 2; rollback to a; release a')
    })

    add()

    expect(await told()).toEqual([['products', 'update', ['1']]])
  })
})
