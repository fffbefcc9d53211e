import type { Cache } from '../../../src/cache/cache.ts'
import { createCaches } from 'breakwater'
import { cachedQuery, type Change, type ChangeTracker, trackChanges } from 'breakwater/data'
import { schemaOf, trackMysql } from 'breakwater/mysql'
import mysql, { type Pool } from 'mysql2'
import {
  type Connection,
  createConnection,
  type Pool as PromisePool,
  type PoolConnection,
  type ResultSetHeader,
  type RowDataPacket,
} from 'mysql2/promise'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { FreshCaches } from '../../cache/fresh-caches.ts'
import { type MariadbServer, startMariadb } from '../../servers/mariadb.ts'
import { type HistoryReader, type HistoryWriter, NOTHING_WRONG, playHistory } from '../history.ts'
import { survivors } from '../survivors.ts'

let server: MariadbServer
let admin: Connection
let cache: Cache
let tracker: ChangeTracker
let core: Pool
let pool: PromisePool
let changes: (readonly [string, string, readonly string[] | undefined])[]

beforeAll(async () => {
  server = await startMariadb()
  admin = await createConnection({ uri: server.url, multipleStatements: true })
  await admin.query(`
    create table products (id int primary key auto_increment, n int not null default 0, sku varchar(20) unique) engine=innodb;
    create table logs (id int primary key auto_increment, n int) engine=myisam;
    create table parts (id int primary key, product_id int, foreign key (product_id) references products (id) on delete cascade on update cascade) engine=innodb;
    create view cheap as select id, n from products where n < 3;
    create database other;
    create table other.audit (id int primary key auto_increment, product_id int) engine=innodb;
    create table counters (id int primary key) engine=innodb;
    create trigger counted after insert on counters for each row insert into other.audit (product_id) values (new.id);
    create table names (name varchar(20) character set utf8mb4 collate utf8mb4_general_ci primary key) engine=innodb`)
})

afterAll(async () => {
  await admin?.end()
  await server?.stop()
})

beforeEach(async () => {
  await admin.query(
    'delete from products; delete from logs; alter table products auto_increment = 1; insert into products (id) values (1), (2), (3), (4), (5)',
  )
  cache = createCaches().default
  tracker = trackChanges(cache)
  core = openPool(tracker)
  pool = core.promise()
  tracker.learn(await schemaOf(pool))
  changes = []
  tracker.onChange((made) => {
    for (const change of made) changes.push(shortly(change))
  })
  return async () => {
    await pool.end()
  }
})

function openPool(by: ChangeTracker): Pool {
  return trackMysql(mysql.createPool({ uri: server.url, multipleStatements: true }), by)
}

function shortly({ entity, operation, ids }: Change): (typeof changes)[number] {
  return [entity, operation, ids]
}

/** What was told since the last time. */
function told(): typeof changes {
  return changes.splice(0)
}

async function within<T>(work: (connection: PoolConnection) => Promise<T>): Promise<T> {
  const connection = await pool.getConnection()
  try {
    return await work(connection)
  } finally {
    connection.destroy()
  }
}

/** Statements that take their time, as the server sees them. */
async function sleeping(): Promise<number> {
  const sql = "select count(*) as n from information_schema.processlist where state = 'User sleep'"
  const [rows] = await admin.query<RowDataPacket[]>(sql)
  return rows[0]?.['n'] as number
}

function rowReader(on: PromisePool, by: ChangeTracker, to: Cache = cache): HistoryReader {
  const sql = 'select n from products where id = ?'
  const read = async (id: number): Promise<[number, number]> => {
    const rows = await cachedQuery(to, {
      tracker: by,
      dialect: 'mysql',
      sql,
      params: [id],
      run: async () => (await on.query<RowDataPacket[]>(sql, [id]))[0],
      ttl: '1h',
    })
    return [id, rows[0]?.['n'] as number]
  }
  return {
    name: 'rows',
    read: async (ids) => new Map(await Promise.all(ids.map(read))),
  }
}

function listReader(on: PromisePool, by: ChangeTracker, from = 'products'): HistoryReader {
  const sql = `select id, n from ${from}`
  return {
    name: `list of ${from}`,
    read: async () => {
      const run = async (): Promise<RowDataPacket[]> => (await on.query<RowDataPacket[]>(sql))[0]
      const rows = await cachedQuery(cache, { tracker: by, dialect: 'mysql', sql, run, ttl: '1h' })
      return new Map(rows.map(({ id, n }) => [id as number, n as number]))
    },
  }
}

/** As InnoDB asks for when it has ended a deadlock by rolling one of the transactions back. */
function tryingAgain(writer: HistoryWriter): HistoryWriter {
  const write = async (ids: readonly number[]): Promise<void> => {
    try {
      await writer.write(ids)
    } catch (error) {
      if ((error as { code?: string }).code !== 'ER_LOCK_DEADLOCK') throw error
      await write(ids)
    }
  }
  return { ...writer, write }
}

describe('trackMysql', () => {
  it('tells which rows a statement has changed when it names their keys', async () => {
    await pool.query('update products set n = 1 where id = ?', [1])
    await pool.execute('update products set n = 1 where id in (?, ?)', [2, 3])
    await pool.query('delete from products where id = 4')
    await pool.query('update products set n = 2 where n = 1')

    expect(told()).toEqual([
      ['products', 'update', ['1']],
      ['products', 'update', ['2', '3']],
      ['products', 'delete', ['4']],
      ['parts', 'delete', undefined],
      ['products', 'update', undefined],
    ])
  })

  it('knows an inserted row by the id that the server has made', async () => {
    await pool.query('insert into products (n) values (1)')
    await pool.execute('insert into products (id, n) values (?, 1)', [0])
    await pool.query('insert into products (id, n) values (0, 1)')

    expect(told().map(([, , ids]) => ids)).toEqual([['6'], ['7'], ['8']])
  })

  it('takes an insert that may update another row for a change of the table', async () => {
    const upsert = 'insert into products (id, sku) values (9, ?) on duplicate key update n = n + 1'
    await pool.query(upsert, ['a'])
    await pool.query('replace into products (id, sku) values (10, ?)', ['a'])

    expect(told().filter(([entity]) => entity === 'products')).toEqual([
      ['products', 'unknown', undefined],
      ['products', 'unknown', undefined],
    ])
  })

  it('reads parameters that are written into the text as they come to stand there', async () => {
    await pool.query('update ?? set ? where id = ?', ['products', { n: 1 }, 2])
    await pool.query('update products set n = 1 where id in (?)', [[3, 4]])
    await pool.query("update products set sku = '?' where id = ?", [5])

    expect(told()).toEqual([
      ['products', 'update', ['2']],
      ['products', 'update', ['3', '4']],
      ['products', 'update', ['5']],
    ])
  })

  it('tells of a transaction when it is committed, and nothing when it is rolled back', async () => {
    await within(async (connection) => {
      await connection.beginTransaction()
      await connection.query('update products set n = 1 where id = 1')
      expect(told()).toEqual([])

      await connection.commit()
      expect(told()).toEqual([['products', 'update', ['1']]])

      await connection.beginTransaction()
      await connection.query('update products set n = 2 where id = 2')
      await connection.rollback()
      expect(told()).toEqual([])
    })
  })

  it('drops what is rolled back to a savepoint', async () => {
    await within(async (connection) => {
      await connection.query('begin')
      await connection.query('update products set n = 1 where id = 1')
      await connection.query('savepoint a')
      await connection.query('update products set n = 1 where id = 2')
      await connection.query('rollback to savepoint a')
      await connection.query('commit')
    })

    expect(told()).toEqual([['products', 'update', ['1']]])
  })

  it('follows a connection without autocommit', async () => {
    await within(async (connection) => {
      await connection.query('set autocommit = 0')
      await connection.query('update products set n = 1 where id = 1')
      await connection.query('rollback')
      await connection.query('update products set n = 1 where id = 2')
      expect(told()).toEqual([])

      await connection.query('commit')
      expect(told()).toEqual([['products', 'update', ['2']]])

      await connection.query('update products set n = 1 where id = 3')
      await connection.query('set autocommit = 1')
      expect(told()).toEqual([['products', 'update', ['3']]])
    })
  })

  it('knows that a change of the schema commits what is open, also when it fails', async () => {
    await within(async (connection) => {
      await connection.query('begin')
      await connection.query('update products set n = 1 where id = 1')
      const failed = connection.query('create table products (id int)')

      await expect(failed).rejects.toThrow('already exists')
      expect(told()[0]).toEqual(['products', 'update', ['1']])
    })
  })

  it('follows several statements in one text', async () => {
    const rolledBack = 'begin; update products set n = 1 where id = 1; rollback;'
    await pool.query(`${rolledBack} update products set n = 1 where id = 2`)

    expect(told()).toEqual([['products', 'update', ['2']]])
  })

  it('counts statements of a text in which a later one fails as done', async () => {
    const failed = pool.query(
      'update products set n = 1 where id = 1; insert into nothing values (1)',
    )

    await expect(failed).rejects.toThrow("doesn't exist")
    expect(told()[0]).toEqual(['products', 'update', ['1']])
  })

  it('tells nothing of a statement that fails, or cannot be prepared', async () => {
    await expect(pool.query('insert into products (id) values (1)')).rejects.toThrow('Duplicate')
    await expect(pool.execute('insert into nothing values (?)', [1])).rejects.toThrow('exist')
    await pool.query('select 1')

    expect(told()).toEqual([])
  })

  it('tells at once of tables whose engine knows no rollback', async () => {
    await within(async (connection) => {
      await connection.query('begin')
      await connection.query('insert into logs (n) values (1)')
      await connection.query('rollback')
    })

    expect(told()).toEqual([['logs', 'insert', ['1']]])
  })

  it('adds what follows by foreign keys and triggers', async () => {
    await pool.query('update products set id = 50 where id = 5')
    await pool.query('insert into counters (id) values (1)')

    expect(told()).toEqual([
      ['products', 'update', undefined],
      ['parts', 'update', undefined],
      ['counters', 'insert', ['1']],
      ['other.audit', 'unknown', undefined],
    ])
  })

  it('trusts no key whose equal values are written differently', async () => {
    await pool.query('insert into names (name) values (?)', ['Anna'])
    await pool.query('delete from names where name = ?', ['anna'])

    expect(told()).toEqual([
      ['names', 'insert', undefined],
      ['names', 'delete', undefined],
    ])
  })

  it('takes every change from within another database for one of everything', async () => {
    await within(async (connection) => {
      await connection.query('use other')
      await connection.query('insert into audit (product_id) values (1)')
      expect(told().map(([entity]) => entity)).toContain('*')

      await connection.query('use breakwater')
      await connection.query('update products set n = 1 where id = 1')
      expect(told()).toEqual([['products', 'update', ['1']]])

      await connection.changeUser({ database: 'other' })
      await connection.query('insert into audit (product_id) values (1)')
      expect(told().map(([entity]) => entity)).toContain('*')
    })
  })

  it('forgets a transaction that ends with its connection or its user', async () => {
    await within(async (connection) => {
      await connection.query('begin')
      await connection.query('update products set n = 1 where id = 1')
      await connection.changeUser({})
      await connection.query('update products set n = 1 where id = 2')
    })

    expect(told()).toEqual([['products', 'update', ['2']]])
  })

  it('answers callbacks and events when what was changed is invalidated', async () => {
    const reader = rowReader(pool, tracker)
    await reader.read([1, 2])

    await new Promise<void>((resolve, reject) => {
      core.query('update products set n = 7 where id = 1', (error) =>
        error === null ? resolve() : reject(error),
      )
    })
    await new Promise((resolve) => {
      core.query('update products set n = 7 where id = 2').once('end', resolve)
    })

    expect(await reader.read([1, 2])).toEqual(
      new Map([
        [1, 7],
        [2, 7],
      ]),
    )
  })

  it('tells of a statement whose caller lost patience, when the server has done it', async () => {
    const reader = rowReader(pool, tracker)
    await reader.read([1])
    const sql = 'update products set n = 7 + sleep(0.3) where id = 1'

    const answer = pool.query({ sql, timeout: 30 })
    await expect(answer).rejects.toThrow('Query inactivity timeout')

    await expect.poll(() => told()).toEqual([['products', 'update', ['1']]])
    expect(await reader.read([1])).toEqual(new Map([[1, 7]]))
  })

  it('counts what was on its way when the connection broke as done', async () => {
    const connection = await pool.getConnection()
    const sql = 'update products set n = sleep(2) where id = 1'
    const broken = connection.query(sql).catch((error: unknown) => error)
    await expect.poll(sleeping).toBe(1)
    await admin.query(`kill ${connection.threadId}`)

    expect(await broken).toBeInstanceOf(Error)
    expect(told()).toEqual([['products', 'update', ['1']]])
  })

  it('has what a writer committed invalidated although it died before it could say so', async () => {
    const caches = new FreshCaches()
    const [dying, other] = [caches.open(), caches.open()]
    const writer = openPool(trackChanges(dying))
    const reader = rowReader(pool, tracker, other)
    await reader.read([1])
    const write = writer.promise().query('update products set n = 7 + sleep(0.2) where id = 1')
    // It has announced its change before it sent it; from here on it says nothing more.
    await expect.poll(sleeping).toBe(1)
    await dying.close()
    await write

    await caches.clock.advance(31_000)

    expect(await reader.read([1])).toEqual(new Map([[1, 7]]))
    await writer.promise().end()
    await caches.close()
  })

  it('sends what was asked for before the connection is ended', async () => {
    const connection = await createConnection(server.url)
    trackMysql(connection, tracker)
    const write = connection.query('update products set n = 7 where id = 1')
    await connection.end()

    await write
    expect(told()).toEqual([['products', 'update', ['1']]])
  })

  it('tells each of several trackers, and each once', async () => {
    const second = trackChanges(createCaches().default)
    const seen: string[] = []
    second.onChange((made) => seen.push(...made.map(({ entity }) => entity)))
    trackMysql(trackMysql(core, second), second)

    await pool.query<ResultSetHeader>('update products set n = 1 where id = 1')

    expect(seen).toEqual(['products'])
    expect(told()).toEqual([['products', 'update', ['1']]])
  })

  it('refuses what is no pool or connection of mysql2', () => {
    const cluster = mysql.createPoolCluster()

    expect(() => trackMysql({ query: () => undefined }, tracker)).toThrow('of a cluster each pool')
    expect(() => trackMysql(cluster as never, tracker)).toThrow('of a cluster each pool')
    expect(() => trackMysql(core, {} as never)).toThrow('what trackChanges answers')
    cluster.end()
  })
})

describe('schemaOf of breakwater/mysql', () => {
  it('lets cached queries on a view follow the tables that it reads', async () => {
    const reader = listReader(pool, tracker, 'cheap')
    await reader.read([])

    await pool.query('update products set n = 2 where id = 1')

    expect((await reader.read([])).get(1)).toBe(2)
  })

  it('refuses what cannot be asked', async () => {
    await expect(schemaOf({})).rejects.toThrow('a pool or a connection of mysql2')
  })
})

describe('a history on MariaDB', () => {
  it('shows no stale read, whoever writes and however', async () => {
    const other = openPool(trackChanges(cache))
    tracker.learn(await schemaOf(other))
    const add = 'update products set n = n + 1 where id in (?)'
    const inTransaction = async (
      work: (connection: PoolConnection) => Promise<unknown>,
      end: 'commit' | 'rollback',
    ): Promise<void> => {
      const connection = await pool.getConnection()
      try {
        await connection.beginTransaction()
        await work(connection)
        await connection[end]()
      } catch (error) {
        await connection.rollback()
        throw error
      } finally {
        connection.release()
      }
    }
    const writers: HistoryWriter[] = [
      { name: 'query', write: async (ids) => void (await pool.query(add, [ids])) },
      {
        name: 'prepared',
        write: async ([first, second = first]) =>
          void (await pool.execute('update products set n = n + 1 where id in (?, ?)', [
            first as number,
            second as number,
          ])),
      },
      {
        name: 'another pool and tracker',
        write: async (ids) => void (await other.promise().query(add, [ids])),
      },
      {
        name: 'without a key',
        write: async (ids) =>
          void (await pool.query(`update products set n = n + 1 where id + 0 in (${ids.join()})`)),
      },
      {
        name: 'commit',
        write: (ids) => inTransaction((connection) => connection.query(add, [ids]), 'commit'),
      },
      {
        name: 'rollback',
        keeps: () => [],
        write: (ids) => inTransaction((connection) => connection.query(add, [ids]), 'rollback'),
      },
      {
        name: 'savepoint',
        keeps: (ids) => ids.slice(0, 1),
        write: (ids) =>
          inTransaction(async (connection) => {
            await connection.query(add, [ids.slice(0, 1)])
            await connection.query('savepoint a')
            await connection.query(add, [ids])
            await connection.query('rollback to a')
          }, 'commit'),
      },
      {
        name: 'one text',
        write: async (ids) =>
          void (await pool.query(`begin; ${mysql.format(add, [[...ids]])}; commit; select 1`)),
      },
    ]
    const readers = [
      rowReader(pool, tracker),
      listReader(pool, tracker),
      listReader(pool, tracker, '(select id, n from products) p'),
    ]

    const report = await playHistory({
      readers,
      writers: writers.map(tryingAgain),
      rows: 5,
      writes: 96,
      truth: async () => {
        const [rows] = await admin.query<RowDataPacket[]>('select id, n from products')
        return new Map(rows.map(({ id, n }) => [id as number, n as number]))
      },
    })

    expect(report).toMatchObject(NOTHING_WRONG)
    expect(report.writes).toBe(96)
    await other.promise().end()
  })

  it('keeps the entries of other rows', async () => {
    const reader = rowReader(pool, tracker)
    const byKey: HistoryWriter = {
      name: 'by key',
      write: async (ids) =>
        void (await pool.query('update products set n = 1 where id in (?)', [ids])),
    }
    const byAnother: HistoryWriter = {
      name: 'by another column',
      write: async () => void (await pool.query('update products set n = 1 where sku = ?', ['a'])),
    }

    expect(await survivors(cache, reader, byKey, [2, 4], 5)).toEqual([1, 3, 5])
    expect(await survivors(cache, reader, byAnother, [2], 5)).toEqual([])
  })
})
