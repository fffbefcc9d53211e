// The store contract on Redis 6 or later and Valkey. One string per entry under its wire key, one hash of generations per
// prefix, one channel per process. What must happen as one is a script on one key (lua/); what is asked together is sent
// together.
import type { Field, Stamp } from '../../base/generation.ts'
import type { Entry, StoreRecord } from '../../base/record.ts'
import type {
  Acquired,
  AcquireRequest,
  Answer,
  Capabilities,
  Inbox,
  Incremented,
  Operation,
  Store,
  StoreContext,
  StoreStats,
  Write,
  Written,
} from '../../base/store.ts'
import type { Token } from '../../base/token.ts'
import { Acts } from './acts.ts'
import type { GenerationHash } from './generation-hash.ts'
import type { Call } from './line.ts'
import type { Lines } from './lines.ts'
import { INCREMENT } from './lua/increment.ts'
import { ACQUIRE, COMMIT, RELEASE, RENEW } from './lua/leases.ts'
import { PEEK, REMOVE, TOUCH, WRITE } from './lua/values.ts'
import type { Mailbox } from './mailbox.ts'
import { deltaText, integerOf } from './integer.ts'
import type { Reply } from './port.ts'
import { RecordCoder } from './record-coder.ts'
import { scanKeys } from './scan.ts'
import type { ServerTime } from './server-time.ts'
import { readStats } from './stats.ts'
import { untilAborted } from './until-aborted.ts'

/** What a store is made of; `redis.ts` makes it. */
export interface RedisParts {
  readonly lines: Lines
  readonly hash: GenerationHash
  readonly time: ServerTime
  /** Makes the connection on which others reach us. */
  openMailbox(inbox: Inbox): Mailbox
}

/** What stands before the process id in the name of an inbox. */
export function inboxHead(prefix: string): string {
  return `${prefix}:w:`
}

const CAN: Capabilities = {
  shared: true,
  pushWake: true,
  expiry: 'ms',
  scan: true,
  durable: true,
  values: 'copied',
  keeps: true,
}

export class RedisStore implements Store {
  readonly name = 'redis'
  readonly can: Capabilities = CAN
  readonly #lines: Lines
  readonly #hash: GenerationHash
  readonly #time: ServerTime
  readonly #coder: RecordCoder
  readonly #inboxHead: string
  readonly #openMailbox: (inbox: Inbox) => Mailbox
  readonly #acts = new Acts()
  #mailbox: Mailbox | undefined

  constructor(context: StoreContext, parts: RedisParts) {
    this.#lines = parts.lines
    this.#hash = parts.hash
    this.#time = parts.time
    this.#openMailbox = (inbox) => parts.openMailbox(inbox)
    this.#coder = new RecordCoder(context.codec, context.clock, parts.time)
    this.#inboxHead = inboxHead(context.prefix)
  }

  async read(
    keys: readonly string[],
    fields: readonly Field[],
    operation: Operation & { values?: boolean } = {},
  ): Promise<Answer<readonly (StoreRecord | undefined)[]>> {
    return await this.#acts.run(async () => {
      const unknown = this.#timeUnknown(operation)
      if (unknown !== undefined) await unknown
      const values = operation.values !== false
      const callOf = (key: string): Call => (values ? ['GET', key] : PEEK.call(key))
      const { replies, generations } = await this.#lines.together(keys, callOf, fields, operation)
      return { result: this.#decodeAll(keys, replies, values), generations }
    })
  }

  async write(
    writes: readonly Write[],
    fields: readonly Field[],
    operation: Operation = {},
  ): Promise<Answer<readonly Written[]>> {
    return await this.#acts.run(async () => {
      const payloads = writes.map(({ key, entry }) => this.#coder.payload(key, entry.value))
      const unknown = this.#timeUnknown(operation)
      if (unknown !== undefined) await unknown
      const keys = writes.map(({ key }) => key)
      const callOf = (key: string, index: number): Call => {
        const { entry, when } = writes[index] as Write
        const record = this.#coder.encode(entry, payloads[index] as Buffer)
        const [mode, rev] = typeof when === 'string' ? [when, ''] : ['rev', when.rev]
        return WRITE.call(key, this.#inboxHead, mode, rev, record)
      }
      const { replies, generations } = await this.#lines.together(keys, callOf, fields, operation)
      const result = replies.map((reply, index): Written => {
        const [written, found] = reply as [number, Reply]
        return written === 1
          ? { written: true, found: undefined }
          : { written: false, found: this.#coder.decode(keys[index] as string, found, false) }
      })
      return { result, generations }
    })
  }

  async remove(
    keys: readonly string[],
    fields: readonly Field[],
    operation: Operation & { values?: boolean; revs?: readonly Token[] } = {},
  ): Promise<Answer<readonly (StoreRecord | undefined)[]>> {
    return await this.#acts.run(async () => {
      const unknown = this.#timeUnknown(operation)
      if (unknown !== undefined) await unknown
      const { values = false, revs } = operation
      const callOf = (key: string, index: number): Call => {
        return REMOVE.call(key, this.#inboxHead, values ? '1' : '0', revs?.[index] ?? '')
      }
      const { replies, generations } = await this.#lines.together(keys, callOf, fields, operation)
      return { result: this.#decodeAll(keys, replies, values), generations }
    })
  }

  async touch(
    key: string,
    times: { readonly freshUntil: number; readonly deadAt: number },
    fields: readonly Field[],
    operation: Operation = {},
  ): Promise<Answer<StoreRecord | undefined>> {
    return await this.#acts.run(async () => {
      const unknown = this.#timeUnknown(operation)
      if (unknown !== undefined) await unknown
      const callOf = (): Call => {
        return TOUCH.call(
          key,
          this.#coder.moment(times.freshUntil),
          this.#coder.moment(times.deadAt),
        )
      }
      const { replies, generations } = await this.#lines.together([key], callOf, fields, operation)
      return { result: this.#coder.decode(key, replies[0], false), generations }
    })
  }

  async increment(
    key: string,
    delta: number | bigint,
    fields: readonly Field[],
    operation: Operation = {},
  ): Promise<Answer<Incremented>> {
    return await this.#acts.run(async () => {
      const text = deltaText(delta)
      const unknown = this.#timeUnknown(operation)
      if (unknown !== undefined) await unknown
      const callOf = (): Call => INCREMENT.call(key, text)
      const { replies, generations } = await this.#lines.together([key], callOf, fields, operation)
      return { result: this.#incremented(key, replies[0]), generations }
    })
  }

  async acquire(
    key: string,
    request: AcquireRequest,
    operation: Operation = {},
  ): Promise<Acquired> {
    return await this.#acts.run(async () => {
      const unknown = this.#timeUnknown(operation)
      if (unknown !== undefined) await unknown
      const settling = this.#mailbox?.whenSettled()
      if (settling !== undefined) await untilAborted(settling, operation.signal)
      const { token, leaseMs, seen, stamp, need } = request
      // Before the call: a wake that was sent while we could not hear is a wake that we must make up for.
      const epoch = this.#mailbox?.epoch
      const args = [token, String(leaseMs), seen ?? '', String(stamp), String(need)]
      const reply = await this.#do(key, ACQUIRE.call(key, this.#inboxHead, ...args), operation)
      const [outcome, detail, remaining] = reply as [Buffer, Reply, number]
      if (String(outcome) === 'lease') return { outcome: 'lease', stolen: detail === 1 }
      if (String(outcome) === 'busy') {
        this.#mailbox?.waits(key, epoch)
        return { outcome: 'busy', holder: String(detail), remainingMs: remaining }
      }
      return { outcome: 'hit', record: this.#coder.decodeAlive(key, detail) }
    })
  }

  async commit(
    key: string,
    token: Token,
    entry: Entry,
    operation: Operation = {},
  ): Promise<boolean> {
    return await this.#acts.run(async () => {
      const payload = this.#coder.payload(key, entry.value)
      const unknown = this.#timeUnknown(operation)
      if (unknown !== undefined) await unknown
      const record = this.#coder.encode(entry, payload)
      return (
        (await this.#do(key, COMMIT.call(key, this.#inboxHead, token, record), operation)) === 1
      )
    })
  }

  async renew(
    key: string,
    token: Token,
    leaseMs: number,
    operation: Operation = {},
  ): Promise<boolean> {
    return await this.#acts.run(async () => {
      return (await this.#do(key, RENEW.call(key, token, String(leaseMs)), operation)) === 1
    })
  }

  async release(key: string, token: Token, operation: Operation = {}): Promise<void> {
    return await this.#acts.run(async () => {
      await this.#do(key, RELEASE.call(key, this.#inboxHead, token), operation)
    })
  }

  async bump(fields: readonly Field[], operation: Operation = {}): Promise<Stamp> {
    return await this.#acts.run(async () => {
      const [stamp] = await this.#lines.first.run([this.#hash.bump(fields)], operation)
      return this.#hash.decodeStamp(stamp)
    })
  }

  listen(inbox: Inbox): void {
    this.#acts.check()
    this.#mailbox ??= this.#openMailbox(inbox)
  }

  scan(
    head: string,
    operation: Operation & { batch?: number } = {},
  ): AsyncIterable<readonly string[]> {
    return scanKeys(this.#lines.first, head, this.#hash.key, operation)
  }

  async stats(operation: Operation = {}): Promise<StoreStats> {
    return await this.#acts.run(async () => {
      return await readStats(this.#lines.first, operation)
    })
  }

  async flushServer(operation: Operation = {}): Promise<void> {
    return await this.#acts.run(async () => {
      // ASYNC: the keys are gone at once, and the server frees their memory without stopping for it.
      await this.#lines.first.run([['FLUSHALL', 'ASYNC']], operation)
    })
  }

  async close(): Promise<void> {
    this.#mailbox?.close()
    await this.#acts.close()
    this.#lines.close()
  }

  async #do(key: string, call: Call, operation: Operation): Promise<Reply | undefined> {
    const [reply] = await this.#lines.of(key).run([call], operation)
    return reply
  }

  /** A wait that is over when the server's time is known; `undefined` when it is. */
  #timeUnknown({ signal }: Operation): Promise<void> | undefined {
    signal?.throwIfAborted()
    const sample = this.#time.whenKnown()
    return sample && untilAborted(sample, signal)
  }

  #decodeAll(
    keys: readonly string[],
    replies: readonly Reply[],
    values: boolean,
  ): (StoreRecord | undefined)[] {
    return keys.map((key, index) => this.#coder.decode(key, replies[index], values))
  }

  #incremented(key: string, reply: Reply | undefined): Incremented {
    if (reply == null) return { outcome: 'missing' }
    const [done, outline, payload] = reply as [number, Reply, Reply]
    const found = this.#coder.decode(key, outline, false)
    // Dead by our clock: what was added is as gone as the rest.
    if (found?.entry === undefined) return { outcome: 'missing' }
    if (done === 0) return { outcome: 'notNumber', found }
    return { outcome: 'done', value: integerOf(String(payload)), found }
  }
}
