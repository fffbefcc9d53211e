import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { listenOnPg, type PgClient } from '../../../src/stores/sql/drivers/pg-listener.ts'

/** A connection that hears its own messages, until it is cut off from the world without noticing. */
class Client implements PgClient {
  cutOff = false
  released = false
  #receive: (message: { payload?: string }) => void = () => {}

  async query(text: string, values: unknown[] = []): Promise<unknown> {
    if (this.cutOff) return await new Promise(() => {})
    if (text.includes('pg_notify')) this.#receive({ payload: String(values[1]) })
    return undefined
  }

  on(event: string, listener: (message: never) => void): void {
    if (event === 'notification') this.#receive = listener as never
  }

  release(): void {
    this.released = true
  }
}

describe('listenOnPg', () => {
  const clients: Client[] = []
  const told: string[] = []
  let stop: () => Promise<void>

  beforeEach(() => {
    vi.useFakeTimers()
    clients.length = 0
    told.length = 0
    const connect = async (): Promise<PgClient> => {
      const client = new Client()
      clients.push(client)
      return client
    }
    stop = listenOnPg({ connect }, 'c', {
      receive: (message) => told.push(message),
      up: () => told.push('up'),
      down: () => told.push('down'),
    })
  })
  afterEach(async () => {
    await stop()
    vi.useRealTimers()
  })

  it('notices a connection whose other end is gone, and makes another', async () => {
    await vi.advanceTimersByTimeAsync(60_000)
    expect([told, clients.length]).toEqual([['up'], 1])
    ;(clients[0] as Client).cutOff = true
    await vi.advanceTimersByTimeAsync(25_000)

    expect(told).toEqual(['up', 'down', 'up'])
    expect(clients.map(({ released }) => released)).toEqual([true, false])
  })

  it('says nothing of what is still on its way when it is stopped', async () => {
    await vi.advanceTimersByTimeAsync(0)
    await stop()
    await clients[0]?.query('select pg_notify($1, $2)', ['c', 'late'])

    expect(told).toEqual(['up'])
  })

  it('gives its connection back when it is stopped, and asks for no other', async () => {
    await vi.advanceTimersByTimeAsync(0)
    await stop()
    await vi.advanceTimersByTimeAsync(60_000)

    expect([told, clients.map(({ released }) => released)]).toEqual([['up'], [true]])
  })
})
