import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { systemClock } from '../../../src/base/clock.ts'
import type { Store, StoreEvent } from '../../../src/base/store.ts'
import { TokenSource } from '../../../src/base/token.ts'
import { json } from '../../../src/codec/json.ts'
import { sql, type SqlOptions } from '../../../src/stores/sql/index.ts'
import { type PostgresServer, startPostgres } from '../../servers/postgres.ts'

const REQUEST = { leaseMs: 60_000, seen: undefined, stamp: 1, need: 0 }
const KEY = 'shop:1:a'

interface Process {
  readonly store: Store
  readonly tokens: TokenSource
  readonly heard: string[]
  readonly events: StoreEvent[]
}

describe('LISTEN on PostgreSQL', () => {
  let server: PostgresServer
  let pool: pg.Pool
  const stores: Store[] = []

  beforeAll(async () => {
    server = await startPostgres()
    pool = new pg.Pool({ connectionString: server.url })
    pool.on('error', () => {})
  }, 60_000)
  afterEach(async () => {
    await Promise.all(stores.splice(0).map((store) => store.close()))
  })
  afterAll(async () => {
    await pool.end()
    await server.stop()
  })

  /** @param connect how the listener, and nobody else, gets its connection */
  function open(connect = () => pool.connect(), options: SqlOptions = {}): Process {
    const tokens = new TokenSource()
    const heard: string[] = []
    const events: StoreEvent[] = []
    const lent = {
      query: async (text: string, values?: unknown[]) => await pool.query(text, values),
      connect,
      end: async () => {},
    }
    const store = sql({ pg: lent }, { timeout: '20s', ...options }).open({
      alias: 'default',
      prefix: 'shop',
      processId: tokens.processId,
      clock: systemClock,
      codec: json(),
      report: (event) => events.push(event),
    })
    store.listen({
      wake: (key) => heard.push(`wake ${key}`),
      doom: (token) => heard.push(`doom ${token}`),
      lost: () => heard.push('lost'),
    })
    stores.push(store)
    return { store, tokens, heard, events }
  }

  /** Lets one hold the lease and the other wait for it. @returns what gives it up */
  async function waiting(holder: Process, waiter: Process): Promise<() => Promise<void>> {
    const token = holder.tokens.next()
    const lease = await holder.store.acquire(KEY, { ...REQUEST, token })
    expect(lease.outcome).toBe('lease')
    const busy = await waiter.store.acquire(KEY, { ...REQUEST, token: waiter.tokens.next() })
    expect(busy.outcome).toBe('busy')
    return async () => await holder.store.release(KEY, token)
  }

  it('stands before anybody is told to wait, so that a wake at once is heard', async () => {
    const waiter = open(async () => {
      await new Promise((resolve) => setTimeout(resolve, 300))
      return await pool.connect()
    })
    const release = await waiting(open(), waiter)
    await release()

    await expect.poll(() => waiter.heard, { timeout: 20_000 }).toEqual([`wake ${KEY}`])
  })

  it('is begun anew when its connection is lost: everyone looks again, and wakes are heard', async () => {
    const waiter = open()
    const release = await waiting(open(), waiter)
    await pool.query(
      'select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and backend_type = $1',
      ['client backend'],
    )
    await expect.poll(() => waiter.heard, { timeout: 20_000 }).toEqual(['lost'])
    await release()

    await expect.poll(() => waiter.heard, { timeout: 20_000 }).toEqual(['lost', `wake ${KEY}`])
  })

  it('that cannot be had makes polls of waits', async () => {
    const waiter = open(async () => await Promise.reject(new Error('no connection left')))
    const release = await waiting(open(), waiter)

    await expect.poll(() => waiter.heard, { timeout: 20_000 }).toEqual([`wake ${KEY}`])
    await release()
  })

  it('that hangs holds an act up for half its deadline, and then waits are polls', async () => {
    const waiter = open(async () => await new Promise<never>(() => {}), { timeout: '4s' })
    const release = await waiting(open(), waiter)

    await expect.poll(() => waiter.heard, { timeout: 20_000 }).toEqual([`wake ${KEY}`])
    await release()
  })

  it('that succeeds and hears nothing, as behind a pooler of transactions, is told of once', async () => {
    const deaf = async (): Promise<pg.PoolClient> => {
      const client = await pool.connect()
      const query = client.query.bind(client) as (text: string, values?: unknown[]) => unknown
      const lame = (text: string, values?: unknown[]): unknown =>
        query(text.startsWith('listen') ? 'select 1' : text, values)
      return Object.assign(client, { query: lame })
    }
    const waiter = open(deaf, { timeout: '4s' })
    const release = await waiting(open(), waiter)

    await expect.poll(() => waiter.heard, { timeout: 20_000 }).toEqual([`wake ${KEY}`])
    await expect.poll(() => waiter.events.length, { timeout: 20_000 }).toBe(1)
    expect(String(waiter.events[0]?.error)).toContain('pooler of transactions')
    await release()
  }, 60_000)

  it('needs a connection of its own: a pool of one is refused', () => {
    const one = new pg.Pool({ connectionString: server.url, max: 1 })

    expect(() => sql({ pg: one })).toThrow(/'max' of 2 or more/)
  })
})
