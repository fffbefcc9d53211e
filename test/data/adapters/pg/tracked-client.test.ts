import type { Socket } from 'node:net'
import pg from 'pg'
import Cursor from 'pg-cursor'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { CacheError } from '../../../../src/base/errors.ts'
import type { StoreDefinition } from '../../../../src/base/store.ts'
import type { Cache } from '../../../../src/cache/cache.ts'
import { createCaches } from '../../../../src/config/create-caches.ts'
import { trackedClient } from '../../../../src/data/adapters/pg/index.ts'
import { sessionOf } from '../../../../src/data/session-of.ts'
import { memory } from '../../../../src/stores/memory/memory.ts'
import { rowTags, tableTag } from '../../../../src/data/tags.ts'
import { type ChangeTracker, trackChanges } from '../../../../src/data/tracker.ts'
import { FreshCaches } from '../../../cache/fresh-caches.ts'
import { type PostgresServer, startPostgres } from '../../../servers/postgres.ts'

let server: PostgresServer
let caches: FreshCaches
let cache: Cache
let tracker: ChangeTracker
let pool: pg.Pool
let plain: pg.Client

beforeAll(async () => {
  server = await startPostgres()
  plain = new pg.Client(server.url)
  await plain.connect()
  await plain.query('create table items (id int primary key, n int not null default 0)')
  await plain.query(
    'create table other (id int primary key, n int unique deferrable initially deferred)',
  )
})
afterAll(async () => {
  await plain.end()
  await server.stop()
})

beforeEach(async () => {
  caches = new FreshCaches()
  cache = caches.open()
  const key = [{ name: 'id', kind: 'integer' }] as const
  tracker = trackChanges(cache, {
    schema: {
      tables: [
        { name: 'items', key },
        { name: 'other', key },
      ],
    },
  })
  pool = new pg.Pool({ connectionString: server.url, Client: trackedClient(pg.Client, tracker) })
  await pool.query('insert into items values (1), (2), (3) on conflict (id) do update set n = 0')
  await cache.set('list', 1, { tags: [tableTag('items')] })
  for (const id of [1, 2, 3]) await cache.set(`row ${id}`, 1, { tags: rowTags('items', id) })
})
afterEach(async () => {
  await pool.end()
  await caches.close()
})

const living = async (): Promise<string[]> => [
  ...(await cache.getMany(['list', 'row 1', 'row 2', 'row 3'])).keys(),
]

describe('trackedClient', () => {
  it('knows rows by a condition, by what RETURNING gave back, and by the values of an insert', async () => {
    await pool.query('update items set n = 1 where id = $1', [1])
    expect(await living()).toEqual(['row 2', 'row 3'])

    await pool.query('update items set n = 1 where n = 0 and id < 3 returning id')
    expect(await living()).toEqual(['row 3'])

    await pool.query({ text: 'insert into items (id) values ($1) returning *', values: [100] })
    expect(await living()).toEqual(['row 3'])
  })

  it.for([
    ['a promise', (sql: string) => pool.query(sql)],
    [
      'a callback',
      (sql: string) =>
        new Promise((resolve, reject) => {
          pool.query(sql, (error, result) => (error ? reject(error) : resolve(result)))
        }),
    ],
    [
      'a Query',
      async (sql: string) => {
        const client = await pool.connect()
        const query = client.query(new pg.Query(sql))
        await new Promise((resolve) => void query.on('end', resolve))
        client.release()
      },
    ],
    [
      'a cursor that is read to its end',
      async (sql: string) => {
        const client = await pool.connect()
        await client.query(new Cursor(`${sql} returning *`)).read(10)
        client.release()
      },
    ],
  ] as const)('invalidates before the caller is told, called with %s', async ([, send]) => {
    await send('update items set n = n + 1 where id = 2')

    expect(await living()).toEqual(['row 1', 'row 3'])
  })

  it('follows a transaction whose statements are cursors, to its rollback and to its commit', async () => {
    const client = await pool.connect()
    const inTransaction = async (id: number, end: string): Promise<void> => {
      await client.query('begin')
      const write = client.query(new Cursor('update items set n = 5 where id = $1', [id]))
      await write.read(1)
      const read = client.query(new Cursor('select n from items where id = $1', [id]))
      expect(await read.read(1)).toEqual([{ n: 5 }])
      await read.close()
      expect(await living()).toHaveLength(4)
      await client.query(end)
    }

    await inTransaction(1, 'rollback')
    expect(await living()).toHaveLength(4)
    await inTransaction(2, 'commit')
    client.release()

    expect(await living()).toEqual(['row 1', 'row 3'])
  })

  it('invalidates all rows of a cursor that was closed after the first of them', async () => {
    const client = await pool.connect()
    const sql = 'update items set n = n + 1 where id in (1, 2) returning id'
    const cursor = client.query(new Cursor(sql))
    expect(await cursor.read(1)).toHaveLength(1)
    await cursor.close()
    client.release()

    const { rows } = await plain.query('select id from items where n = 1 order by id')
    expect(rows).toEqual([{ id: 1 }, { id: 2 }])
    expect(await living()).toEqual(['row 3'])
  })

  it('follows what is sent in a pipeline, and each transaction in it', async () => {
    const Client = trackedClient(pg.Client, tracker)
    const client = new Client({ connectionString: server.url, pipeline: true })
    await client.connect()
    const sent = [
      'begin',
      'update items set n = 7 where id = 1',
      'rollback',
      'begin',
      'update items set n = 7 where id = 2',
      'commit',
      'select id from items where n = 7',
    ].map((sql) => client.query(sql))

    const answers = await Promise.all(sent)

    expect(answers.at(-1)?.rows).toEqual([{ id: 2 }])
    expect(await living()).toEqual(['row 1', 'row 3'])
    await client.end()
  })

  it('tells nothing of a cursor whose statement fails', async () => {
    const client = await pool.connect()
    const cursor = client.query(new Cursor('update items set n = 1 / 0 where id = 2'))

    await expect(cursor.read(1)).rejects.toThrow('division by zero')
    client.release()

    expect(await living()).toHaveLength(4)
  })

  it('takes back what it announced when a COMMIT answers ROLLBACK', async () => {
    const client = await pool.connect()
    await client.query('begin')
    await client.query('update items set n = 1 where id = 1')
    await expect(client.query('select 1/0')).rejects.toThrow('division by zero')
    const { command } = await client.query('commit')
    client.release()

    expect(command).toBe('ROLLBACK')
    expect(await living()).toHaveLength(4)
    await caches.clock.advance(60_000)
    expect(await living()).toHaveLength(4)
  })

  it('invalidates nothing when COMMIT fails, and is ready for the next transaction', async () => {
    const client = await pool.connect()
    await client.query('begin')
    await client.query('update items set n = 1 where id = 1')
    await client.query('insert into other values (1, 1), (2, 1)')
    await expect(client.query('commit')).rejects.toThrow('duplicate key')
    expect(await living()).toHaveLength(4)

    await client.query('update items set n = 1 where id = 2')
    client.release()

    expect(await living()).toEqual(['row 1', 'row 3'])
  })

  it('believes a COMMIT whose answer was lost', async () => {
    const client = await pool.connect()
    client.on('error', () => undefined)
    await client.query('begin')
    await client.query('update items set n = 7 where id = 1')
    // Whatever the server answers from now on is not heard.
    const stream = streamOf(client)
    stream.removeAllListeners('data')
    const commit = client.query('commit')
    await expect.poll(committedN).toBe(7)
    stream.destroy()

    await expect(commit).rejects.toThrow('terminated')
    client.release(true)
    expect(await living()).toEqual(['row 2', 'row 3'])
  })

  it('believes what was on its way when the connection broke, and nothing that was not sent', async () => {
    const client = await pool.connect()
    client.on('error', () => undefined)
    const blocker = await blocking(1)
    const sent = client.query('update items set n = 1 where id = 1')
    await expect.poll(waiting).toBe(1)
    const queued = client.query('update items set n = 1 where id = 2')
    streamOf(client).destroy()

    await expect(sent).rejects.toThrow('terminated')
    await expect(queued).rejects.toThrow(/terminated|not queryable/)
    await blocker()
    client.release(true)

    expect(await living()).toEqual(['row 2', 'row 3'])
  })

  it('tells of a statement whose caller lost patience when the server has done it', async () => {
    const client = await pool.connect()
    const blocker = await blocking(1)
    const config = { text: 'update items set n = 1 where id = 1', query_timeout: 20 }
    await expect(client.query(config)).rejects.toThrow('Query read timeout')
    expect(await living()).toHaveLength(4)

    await blocker()

    await expect.poll(living).toEqual(['row 2', 'row 3'])
    client.release()
  })

  it('keeps the order of what is sent without waiting, and finds rows that only the answer tells', async () => {
    const client = await pool.connect()
    const sent = [
      client.query('begin'),
      client.query('update items set n = 1 where n = 0 and id < 3 returning id'),
      client.query('savepoint a'),
      client.query('delete from items where id = 3'),
      client.query('rollback to a'),
      client.query('commit'),
      client.query('select n from items where id = 3'),
    ]
    const answers = await Promise.all(sent)
    client.release()

    expect(answers.at(-1)?.rows).toEqual([{ n: 0 }])
    expect(await living()).toEqual(['row 3'])
  })

  it('follows statements that are prepared under a name, and sent by it alone', async () => {
    const client = await pool.connect()
    await client.query({
      name: 'add',
      text: 'update items set n = n + 1 where id = $1',
      values: [1],
    })
    await client.query({ name: 'add', values: [2] } as unknown as pg.QueryConfig)
    client.release()

    expect(await living()).toEqual(['row 3'])
  })

  it('follows a COPY', async () => {
    const client = await pool.connect()
    await new Promise<void>((resolve, reject) => {
      client.query(new CopyIn('copy items (id) from stdin', '500\n', resolve, reject))
    })
    client.release()

    expect(await living()).toEqual([])
  })

  it('counts several statements in one text as done when a later one fails', async () => {
    const text = 'begin; update items set n = 1 where id = 1; commit; select 1/0'
    await expect(pool.query(text)).rejects.toThrow('division by zero')

    expect(await living()).toEqual(['row 2', 'row 3'])
  })

  it('takes what nobody can read for a change of everything', async () => {
    await cache.set('of another table', 1, { tags: [tableTag('other')] })

    await pool.query('do $$ begin update other set n = 1; end $$')

    expect(await living()).toEqual([])
    expect(await cache.get('of another table')).toBeUndefined()
  })

  it('goes on in a transaction in which a pool has taken its client back', async () => {
    const one = new pg.Pool({
      connectionString: server.url,
      max: 1,
      Client: trackedClient(pg.Client, tracker),
    })
    const client = await one.connect()
    await client.query('begin')
    await client.query('update items set n = 1 where id = 1')
    client.release()
    expect(await living()).toHaveLength(4)

    await one.query('commit')

    expect(await living()).toEqual(['row 2', 'row 3'])
    await one.end()
  })

  it('runs what waits for a commit after it, and not after a rollback', async () => {
    const client = await pool.connect()
    const done: string[] = []
    const session = sessionOf(client)
    await client.query('begin')
    await session?.afterCommit(() => done.push('first'))
    await client.query('savepoint a')
    await session?.afterCommit(() => done.push('second'))
    await client.query('rollback to savepoint a')
    expect(done).toEqual([])
    await client.query('commit')
    client.release()

    expect(done).toEqual(['first'])
  })

  it('answers with an outage before COMMIT where outages are to be told, and leaves the transaction open', async () => {
    const strict = createCaches({ default: { store: away(), onOutage: 'throw' } }).default
    const own = trackChanges(strict, { unknownTables: 'trust' })
    const client = new (trackedClient(pg.Client, own))(server.url)
    await client.connect()
    await client.query('begin')
    await client.query('update items set n = 9 where id = 1')

    await expect(client.query('commit')).rejects.toThrow(
      expect.objectContaining({ code: 'E_STORE_DOWN' }),
    )
    await client.query('rollback')
    await expect(client.query('delete from items')).rejects.toThrow(
      expect.objectContaining({ code: 'E_STORE_DOWN' }),
    )

    expect(await committedN()).toBe(0)
    await client.end()
    await strict.close()
  })

  it('refuses what is no Client of pg', () => {
    expect(() => trackedClient(Date, tracker)).toThrow(
      expect.objectContaining({ code: 'E_OPTION' }),
    )
  })
})

/** What is committed in row 1, by a connection that nobody tracks. */
async function committedN(): Promise<unknown> {
  return (await plain.query('select n from items where id = 1')).rows[0]?.n
}

/** How many statements wait for a lock. */
async function waiting(): Promise<number> {
  const sql = "select count(*)::int as n from pg_stat_activity where wait_event_type = 'Lock'"
  return Number((await plain.query(sql)).rows[0]?.n)
}

/** Holds the row until the returned function is called. */
async function blocking(id: number): Promise<() => Promise<void>> {
  const client = new pg.Client(server.url)
  await client.connect()
  await client.query('begin')
  await client.query('select from items where id = $1 for update', [id])
  return async () => {
    await client.query('rollback')
    await client.end()
  }
}

function streamOf(client: object): Socket {
  return (client as { connection: { stream: Socket } }).connection.stream
}

/** A store that answers nothing but outages. */
function away(): StoreDefinition {
  const definition = memory()
  return {
    name: 'away',
    open(context) {
      const store = definition.open(context)
      return new Proxy(store, {
        get(target, name) {
          const member = Reflect.get(target, name, target) as unknown
          if (typeof member !== 'function') return member
          if (name !== 'intend') return member.bind(target) as unknown
          return () => Promise.reject(new CacheError('E_STORE_DOWN', 'It is away.'))
        },
      })
    },
  }
}

/** The least that copies rows in, as `pg-copy-streams` does. */
class CopyIn {
  readonly text: string
  readonly #rows: string
  readonly #resolve: () => void
  readonly #reject: (error: unknown) => void

  constructor(text: string, rows: string, resolve: () => void, reject: (error: unknown) => void) {
    this.text = text
    this.#rows = rows
    this.#resolve = resolve
    this.#reject = reject
  }

  submit(connection: pg.Connection): void {
    connection.query(this.text)
  }

  handleCopyInResponse(
    connection: pg.Connection & { sendCopyFromChunk(chunk: Buffer): void; endCopyFrom(): void },
  ): void {
    connection.sendCopyFromChunk(Buffer.from(this.#rows))
    connection.endCopyFrom()
  }

  handleCommandComplete(): void {}

  handleReadyForQuery(): void {
    this.#resolve()
  }

  handleError(error: unknown): void {
    this.#reject(error)
  }
}
