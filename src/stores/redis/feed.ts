// The log of invalidations as a stream. Readers are told by a message that there is something to read, and read it with the
// other commands: no connection waits for it, and a message that is lost costs a third of the staleness allowed.
import type {
  Feed,
  FeedBatch,
  FeedListener,
  FeedPosition,
  FeedReader,
  FeedRecord,
} from '../../base/feed.ts'
import type { Field } from '../../base/generation.ts'
import type { Operation } from '../../base/store.ts'
import type { GenerationHash } from './generation-hash.ts'
import type { CommandLines } from './lines.ts'
import { APPEND, FOLLOW } from './lua/feed.ts'
import type { Reply } from './port.ts'

export interface FeedParts {
  readonly lines: CommandLines
  readonly hash: GenerationHash
  /** What stands before a process id in an inbox's name. */
  readonly inboxHead: string
  /** Where readers are told; the name of nobody's inbox. */
  readonly channel: string
  readonly processId: string
}

const MOST_AT_ONCE = 1_000

export class RedisFeed implements Feed {
  readonly #parts: FeedParts
  #listener: FeedListener | undefined

  constructor(parts: FeedParts) {
    this.#parts = parts
  }

  /** The channel to hear, if somebody here wants to. */
  get channel(): string | undefined {
    return this.#listener === undefined ? undefined : this.#parts.channel
  }

  listen(listener: FeedListener): void {
    this.#listener = listener
  }

  /** What came on the channel. */
  readonly receive = (message: string): void => {
    const [kind, by = '', question = ''] = message.split(' ')
    if (kind === 'r') this.#listener?.readable()
    else if (kind === 'q' && by !== this.#parts.processId) this.#listener?.asked(by, question)
  }

  /** What came to this process's own inbox. */
  receiveAnswer(by: string, question: string): void {
    this.#listener?.answered(by, question)
  }

  /** Keys were changed: it is written down if anybody reads it. Called when the change has been answered, never before. */
  async log(keys: readonly string[], operation: Operation): Promise<void> {
    const { channel, hash, lines } = this.#parts
    if (keys.length === 0 || !hash.isWatched) return
    await lines.first.run([APPEND.call(hash.logKey, channel, ...keys)], operation)
  }

  async announce(
    { processId, maxStalenessMs }: FeedReader,
    forMs: number,
    operation: Operation = {},
  ): Promise<FeedPosition> {
    const { hash, lines } = this.#parts
    const keys = [hash.key, hash.logKey, hash.readersKey]
    const call = FOLLOW.callOn(keys, processId, String(maxStalenessMs), String(forMs))
    const [end] = await lines.first.run([call], operation)
    return String(end)
  }

  async read(after: FeedPosition, operation: Operation = {}): Promise<FeedBatch> {
    const { hash, lines } = this.#parts
    const records: FeedRecord[] = []
    let position = after
    for (;;) {
      const count = String(MOST_AT_ONCE)
      const [found, last, watched] = await lines.first.run(
        [
          ['XREAD', 'COUNT', count, 'STREAMS', hash.logKey, position],
          ['XREVRANGE', hash.logKey, '+', '-', 'COUNT', '1'],
          ['HGET', hash.key, '@'],
        ],
        operation,
      )
      const items = itemsOf(found)
      const lastId = idOf((last as readonly Reply[] | null)?.[0])
      // Nobody writes for those who are not announced; and a log that ends before us is another one.
      if (!hash.watches(watched) || lastId === undefined || isBefore(lastId, position)) {
        return { records: [], position, broken: true }
      }
      for (const item of items) {
        const record = recordOf(item)
        if (record === undefined || record.previous !== position)
          return { records: [], position, broken: true }
        position = record.id
        records.push(record)
      }
      if (items.length < MOST_AT_ONCE) return { records, position, broken: false }
    }
  }

  async readers(operation: Operation = {}): Promise<readonly FeedReader[]> {
    const { hash, lines } = this.#parts
    const [reply] = await lines.first.run([['HGETALL', hash.readersKey]], operation)
    const now = hash.serverNow
    return pairsOf(reply).flatMap(([processId, value]) => {
      const [ends = 0, maxStalenessMs = 0] = value.split(':').map(Number)
      return ends > now ? [{ processId, maxStalenessMs }] : []
    })
  }

  async nudge(question?: string, operation: Operation = {}): Promise<void> {
    const { channel, lines, processId } = this.#parts
    const message = question === undefined ? 'r' : `q ${processId} ${question}`
    await lines.first.run([['PUBLISH', channel, message]], operation)
  }

  answer(to: string, question: string): void {
    const { inboxHead, lines, processId } = this.#parts
    const message = `a ${processId} ${question}`
    // Who is not answered waits until we would be blind.
    lines.first.run([['PUBLISH', inboxHead + to, message]]).catch(() => {})
  }
}

interface Item extends FeedRecord {
  readonly id: string
  readonly previous: string
}

// XREAD answers [[stream, items]] in RESP2 and a map in RESP3, or nil.
function itemsOf(reply: Reply | undefined): readonly Reply[] {
  if (reply == null) return []
  if (Array.isArray(reply)) {
    const [first] = reply as readonly Reply[]
    return Array.isArray(first) ? ((first as readonly Reply[])[1] as readonly Reply[]) : []
  }
  const [items] = Object.values(reply) as unknown as readonly (readonly Reply[])[]
  return items ?? []
}

function idOf(item: Reply | undefined): string | undefined {
  return Array.isArray(item) ? String((item as readonly Reply[])[0]) : undefined
}

function recordOf(item: Reply): Item | undefined {
  const id = idOf(item)
  const parts = (item as readonly [Reply, readonly Reply[]])[1]
  if (id === undefined || !Array.isArray(parts)) return undefined
  const keys: string[] = []
  const fields: Field[] = []
  let previous = ''
  let stamp = 0
  for (let at = 0; at + 1 < parts.length; at += 2) {
    const value = String((parts as readonly Reply[])[at + 1])
    switch (String((parts as readonly Reply[])[at])) {
      case 'p':
        previous = value
        break
      case 'k':
        keys.push(value)
        break
      case 'f':
        fields.push(value as Field)
        break
      case 's':
        stamp = Number(value)
        break
      default:
        // Of a later version: what it says cannot be told.
        return undefined
    }
  }
  return { id, previous, keys, fields, stamp }
}

/** Ids are milliseconds, a dash, and a count. */
function isBefore(a: string, b: string): boolean {
  const [aMs = 0, aCount = 0] = a.split('-').map(Number)
  const [bMs = 0, bCount = 0] = b.split('-').map(Number)
  return aMs === bMs ? aCount < bCount : aMs < bMs
}

// HGETALL answers a flat list in RESP2 and a map in RESP3.
function pairsOf(reply: Reply | undefined): [string, string][] {
  if (Array.isArray(reply)) {
    const list = (reply as readonly Reply[]).map(String)
    return list.flatMap((key, at) => (at % 2 === 0 ? [[key, list[at + 1] ?? '']] : []))
  }
  return Object.entries((reply ?? {}) as Record<string, unknown>).map(([key, value]) => [
    key,
    String(value),
  ])
}
