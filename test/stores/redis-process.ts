import { createClient } from '@redis/client'
import { json } from '../../src/codec/json.ts'
import { type Clock, systemClock } from '../../src/base/clock.ts'
import type { Entry } from '../../src/base/record.ts'
import type { Inbox, Store, StoreDefinition, StoreEvent } from '../../src/base/store.ts'
import { type Token, TokenSource } from '../../src/base/token.ts'

const PREFIX = 'shop'

/** A store as one process of a fleet has it: its own tokens, inbox and clock. */
export interface StoreProcess {
  readonly store: Store
  readonly tokens: TokenSource
  readonly clock: Clock
  readonly letters: Letters
  readonly events: StoreEvent[]
  /** Resolves when an event of this kind has come, also one that came before. */
  event(kind: StoreEvent['kind'], count?: number): Promise<StoreEvent>
  entry(value: unknown, parts?: Partial<Entry> & { ttlMs?: number; staleMs?: number }): Entry
  /** Writes a value and answers its rev. */
  put(key: string, value: unknown, parts?: Parameters<StoreProcess['entry']>[1]): Promise<Token>
  acquire(key: string, parts?: AcquireParts): ReturnType<Store['acquire']> & { token: Token }
}

interface AcquireParts {
  readonly token?: Token
  readonly seen?: Token
  readonly leaseMs?: number
  readonly stamp?: number
  readonly need?: number
}

export interface ProcessOptions {
  /** How far its wall clock is ahead of the machine's. */
  readonly aheadMs?: number
  readonly prefix?: string
  /** False never listens. */
  readonly listens?: boolean
}

export function startProcess(
  definition: StoreDefinition,
  options: ProcessOptions = {},
): StoreProcess {
  const { aheadMs = 0, prefix = PREFIX, listens = true } = options
  const clock: Clock = {
    now: () => systemClock.now() + aheadMs,
    after: (ms, act) => systemClock.after(ms, act),
  }
  const tokens = new TokenSource()
  const letters = new Letters()
  const events: StoreEvent[] = []
  const waiting = new Set<() => void>()
  const store = definition.open({
    alias: 'default',
    prefix,
    processId: tokens.processId,
    clock,
    codec: json(),
    report: (event) => {
      events.push(event)
      for (const look of waiting) look()
    },
  })
  if (listens) store.listen(letters)
  const entry: StoreProcess['entry'] = (value, parts = {}) => {
    const { ttlMs = 60_000, staleMs = 60_000, ...rest } = parts
    const freshUntil = clock.now() + ttlMs
    const deadAt = freshUntil + staleMs
    const rev = tokens.next()
    const storedAt = clock.now()
    return { value, tags: [], stamp: 100, rev, freshUntil, deadAt, storedAt, loadMs: 0, ...rest }
  }
  return {
    store,
    tokens,
    clock,
    letters,
    events,
    entry,
    async event(kind, count = 1) {
      return await new Promise((resolve) => {
        const look = (): void => {
          const found = events.filter((event) => event.kind === kind)[count - 1]
          if (found === undefined) return
          waiting.delete(look)
          resolve(found)
        }
        waiting.add(look)
        look()
      })
    },
    async put(key, value, parts) {
      const written = entry(value, parts)
      await store.write([{ key, entry: written, when: 'always' }], [])
      return written.rev
    },
    acquire(key, parts = {}) {
      const { token = tokens.next(), seen, leaseMs = 5_000, stamp = 100, need = 0 } = parts
      return Object.assign(store.acquire(key, { token, seen, leaseMs, stamp, need }), { token })
    },
  }
}

/** What an inbox was told, in order, and a way to wait for it. */
class Letters implements Inbox {
  readonly all: string[] = []
  readonly #waiting = new Set<() => void>()

  wake(key: string): void {
    this.#add(`wake ${key}`)
  }
  doom(token: Token): void {
    this.#add(`doom ${token}`)
  }
  lost(): void {
    this.#add('lost')
  }

  /** Resolves when this letter has come, also if it came before. */
  async has(letter: string): Promise<void> {
    await new Promise<void>((resolve) => {
      const look = (): void => {
        if (!this.all.includes(letter)) return
        this.#waiting.delete(look)
        resolve()
      }
      this.#waiting.add(look)
      look()
    })
  }

  #add(letter: string): void {
    this.all.push(letter)
    for (const look of this.#waiting) look()
  }
}

/** A client without our store in between, to look at and to change what lies in the server. */
export async function directClient(url: string) {
  const client = createClient({ url, commandOptions: { timeout: 0 } })
  client.on('error', () => {})
  await client.connect()
  return client
}

/** Resolves when the server counts this many subscribers of a process's inbox. */
export async function subscribed(
  client: Awaited<ReturnType<typeof directClient>>,
  process: StoreProcess,
  prefix: string = PREFIX,
): Promise<void> {
  const channel = `${prefix}:w:${process.tokens.processId}`
  for (;;) {
    const [, count] = await client.sendCommand<[string, number]>(['PUBSUB', 'NUMSUB', channel])
    if (count > 0) return
  }
}
