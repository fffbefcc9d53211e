// What it costs a writer to be written down, and how long an invalidation takes: one-row updates on a real PostgreSQL that
// waits for its disk, without triggers, with NOTIFY in a trigger, and with the outbox. `npm run bench outbox`.
import { setTimeout as sleep } from 'node:timers/promises'
import { createCaches, memory } from 'breakwater'
import { trackChanges } from 'breakwater/data'
import { followOutbox, outboxRemovalSql, outboxSql } from 'breakwater/pg'
import pg from 'pg'
import { startPostgres } from '../test/servers/postgres.ts'

const CLIENTS = [1, 8, 32]
const ROUNDS = 3
const ROUND_MS = 2000
const ROWS = 10_000
const SAMPLES = 100

const server = await startPostgres({ settings: ['fsync=on', 'synchronous_commit=on'] })
const pool = new pg.Pool({ connectionString: server.url, max: 40 })
const sql = async (...statements: string[]): Promise<void> => {
  for (const statement of statements) await pool.query(statement)
}
const random = (): number => 1 + Math.floor(Math.random() * ROWS)
const update = 'update product set price = price + 1 where id = $1'

const NOTIFY = [
  `create function told() returns trigger language plpgsql as $$
  begin perform pg_notify('product', new.id::text); return null; end $$`,
  'create trigger told after update on product for each row execute function told()',
]
const MODES: Readonly<Record<string, { on: readonly string[]; off: readonly string[] }>> = {
  'no trigger': { on: [], off: [] },
  'NOTIFY in a trigger': {
    on: NOTIFY,
    off: ['drop trigger told on product', 'drop function told'],
  },
  outbox: { on: outboxSql({ tables: ['product'] }), off: outboxRemovalSql() },
}

await sql(
  'create table product (id integer primary key, price integer)',
  `insert into product select n, 0 from generate_series(1, ${ROWS}) n`,
)
const caches = createCaches({ default: { store: memory() } })
const tracker = trackChanges(caches.default)

const rates = await throughput()
const latencies = await latency()
await pool.end()
await caches.close()
await server.stop()

if (process.argv.includes('--json')) {
  console.log(JSON.stringify({ bench: 'outbox', node: process.version, rates, latencies }, null, 2))
} else {
  console.log(`Transactions a second, one-row updates, median of ${ROUNDS} rounds`)
  console.table(rates)
  console.log('Milliseconds from the commit to the invalidation')
  console.table(latencies)
}

/** Interleaved, so that what the machine does meanwhile meets all of them. */
async function throughput(): Promise<object> {
  const seen = new Map<string, number[]>()
  for (let round = 0; round < ROUNDS; round++) {
    for (const [mode, { on, off }] of Object.entries(MODES)) {
      await sql(...on)
      const following =
        mode === 'outbox' ? followOutbox(pool, tracker, { name: 'bench' }) : undefined
      for (const clients of CLIENTS) {
        const key = `${mode}|${clients} ${clients === 1 ? 'client' : 'clients'}`
        seen.set(key, [...(seen.get(key) ?? []), await rate(clients)])
      }
      await following?.close()
      await sql(...off)
    }
  }
  const rows: Record<string, Record<string, number>> = {}
  for (const [key, values] of seen) {
    const [mode = '', clients = ''] = key.split('|')
    rows[mode] = { ...rows[mode], [clients]: Math.round(median(values)) }
  }
  return rows
}

async function rate(clients: number): Promise<number> {
  const end = performance.now() + ROUND_MS
  let count = 0
  const write = async (): Promise<void> => {
    const client = await pool.connect()
    while (performance.now() < end) {
      await client.query(update, [random()])
      count++
    }
    client.release()
  }
  await Promise.all(Array.from({ length: clients }, write))
  return count / (ROUND_MS / 1000)
}

async function latency(): Promise<object> {
  await sql(...outboxSql({ tables: ['product'] }))
  const rows: Record<string, object> = {}
  for (const interval of ['20ms', '100ms', '500ms'] as const) {
    for (const load of [0, 8]) {
      const following = followOutbox(pool, tracker, { interval })
      const over = new AbortController()
      const writers = Array.from({ length: load }, async () => {
        while (!over.signal.aborted) await pool.query(update, [random()])
      })
      rows[`interval ${interval}, ${load} other writers`] = await samples()
      over.abort()
      await Promise.all(writers)
      await following.close()
    }
  }
  return rows
}

/** How long after a commit its row is said to have changed. */
async function samples(): Promise<object> {
  const times: number[] = []
  const waiting = new Map<string, () => void>()
  const stop = tracker.onChange((changes) => {
    for (const { ids } of changes) for (const id of ids ?? []) waiting.get(id)?.()
  })
  for (let sample = 0; sample < SAMPLES; sample++) {
    const id = ROWS + 1 + sample
    const heard = new Promise<number>((resolve) => {
      waiting.set(String(id), () => resolve(performance.now()))
    })
    await pool.query('insert into product values ($1, 0)', [id])
    const committed = performance.now()
    times.push(Math.max(0, (await heard) - committed))
    waiting.delete(String(id))
    await pool.query('delete from product where id = $1', [id])
    // Not in step with the reader.
    await sleep(Math.random() * 30)
  }
  stop()
  const sorted = times.toSorted((a, b) => a - b)
  const at = (part: number): number =>
    Number((sorted[Math.floor((sorted.length - 1) * part)] as number).toFixed(1))
  return { p50: at(0.5), p99: at(0.99), max: at(1) }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] as number
}
