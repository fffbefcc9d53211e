import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Cache } from '../../src/cache/cache.ts'
import { rowTags, tableTag } from '../../src/data/tags.ts'
import { type ChangeTracker, trackChanges } from '../../src/data/tracker.ts'
import type { Session } from '../../src/data/session.ts'
import type { Settled } from '../../src/data/statement.ts'
import { FreshCaches } from '../cache/fresh-caches.ts'
import { gate } from '../cache/barrier.ts'

let caches: FreshCaches
let cache: Cache
let tracker: ChangeTracker
let session: Session

beforeEach(() => {
  caches = new FreshCaches()
  cache = caches.open()
  const key = [{ name: 'id', kind: 'integer' }] as const
  const schema = {
    tables: [
      { name: 'products', key },
      { name: 'orders', key },
    ],
  }
  tracker = trackChanges(cache, { schema })
  session = tracker.session('postgres')
})
afterEach(() => caches.close())

/** One entry for the list, one for each of two rows, and one of another table. */
async function fill(): Promise<void> {
  await cache.set('list', 1, { tags: [tableTag('products')] })
  await cache.set('row 1', 1, { tags: rowTags('products', 1) })
  await cache.set('row 2', 1, { tags: rowTags('products', 2) })
  await cache.set('order', 1, { tags: rowTags('orders', 1) })
}

async function living(): Promise<string[]> {
  return [...(await cache.getMany(['list', 'row 1', 'row 2', 'order'])).keys()]
}

async function run(
  sql: string,
  params: unknown[] = [],
  answer: Settled = { outcome: 'done' },
): Promise<void> {
  await session.run(
    tracker.statements(sql, params, 'postgres'),
    () => Promise.resolve(),
    () => answer,
  )
}

describe('Session.run', () => {
  it('invalidates the lists and the row that a write names, before its caller is told', async () => {
    await fill()

    await run('UPDATE products SET price = 1 WHERE id = $1', [1])

    expect(await living()).toEqual(['row 2', 'order'])
  })

  it('invalidates every row of the table when it cannot be known which were changed', async () => {
    await fill()

    await run('UPDATE products SET price = 1 WHERE price > $1', [1])

    expect(await living()).toEqual(['order'])
  })

  it('invalidates after COMMIT what a transaction has changed, and not before', async () => {
    await fill()

    await run('BEGIN')
    await run('UPDATE products SET price = 1 WHERE id = 1')
    expect(await living()).toHaveLength(4)
    await run('COMMIT')

    expect(await living()).toEqual(['row 2', 'order'])
  })

  it('leaves everything as it was after ROLLBACK', async () => {
    await fill()

    await run('BEGIN')
    await run('DELETE FROM products')
    await run('ROLLBACK')
    await run('BEGIN')
    await run('COMMIT')

    expect(await living()).toHaveLength(4)
  })

  it('takes back what it announced when COMMIT answers that it rolled back', async () => {
    await fill()
    await run('BEGIN')
    await run('DELETE FROM products')

    await run('COMMIT', [], { outcome: 'undone', transaction: 'none' })
    await caches.clock.advance(60_000)

    expect(await living()).toHaveLength(4)
  })

  it('forgets what came after a savepoint that is rolled back to, and keeps what came before', async () => {
    await fill()

    await run('BEGIN')
    await run('UPDATE orders SET total = 1 WHERE id = 1')
    await run('SAVEPOINT a')
    await run('DELETE FROM products')
    await run('ROLLBACK TO SAVEPOINT a')
    await run('COMMIT')

    expect(await living()).toEqual(['list', 'row 1', 'row 2'])
  })

  it('sends nothing that comes after a write before the write itself', async () => {
    const sent: string[] = []
    const answers = gate()
    const send = (name: string) => (): Promise<void> => {
      sent.push(name)
      return answers.promise
    }
    const of = (sql: string) => tracker.statements(sql, [], 'postgres')

    const all = [
      session.run(of('DELETE FROM products'), send('write')),
      session.run(of('SELECT 1'), send('read')),
    ]
    answers.open()
    await Promise.all(all)

    expect(sent).toEqual(['write', 'read'])
  })

  it('sends a read at once', () => {
    let sent = false

    void session.run(tracker.statements('SELECT * FROM products', [], 'postgres'), () => {
      sent = true
      return Promise.resolve()
    })

    expect(sent).toBe(true)
  })

  it('invalidates when the outcome is unknown', async () => {
    await fill()
    const lost = new Error('connection lost')

    const write = session.run(
      tracker.statements('DELETE FROM products WHERE id = 1', [], 'postgres'),
      () => Promise.reject(lost),
    )

    await expect(write).rejects.toBe(lost)
    expect(await living()).toEqual(['row 2', 'order'])
  })

  it('is invalidated although its writer dies after COMMIT was sent', async () => {
    const other = caches.open()
    await fill()
    const never = gate()
    void session.run(
      tracker.statements('DELETE FROM products WHERE id = 1', [], 'postgres'),
      () => {
        return never.promise
      },
    )
    await caches.settle()
    expect(await living()).toHaveLength(4)
    await cache.close()

    await caches.clock.advance(31_000)

    const left = await other.getMany(['list', 'row 1', 'row 2', 'order'])
    expect([...left.keys()]).toEqual(['row 2', 'order'])
  })
})
