// The store contract on Redis 6 or later and Valkey. One string per entry under its wire key, one hash of generations per
// prefix, one channel per process. What must happen as one is a script on one key (lua/); what is asked together is sent
// together.
import type { Advice } from '../../base/advice.ts'
import type { Field, Stamp } from '../../base/generation.ts'
import type { Entry, StoreRecord } from '../../base/record.ts'
import type {
  Acquired,
  AcquireRequest,
  Announced,
  Answer,
  Capabilities,
  Ending,
  FlushOperation,
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
import type { BumpActs } from './bump-acts.ts'
import { GatheredReads } from './gathered-reads.ts'
import type { GenerationHash } from './generation-hash.ts'
import type { Call } from './line.ts'
import { IntentActs } from './intent-acts.ts'
import { LeaseActs } from './lease-acts.ts'
import type { CommandLines, Together } from './lines.ts'
import { INCREMENT } from './lua/increment.ts'
import { PEEK, REMOVE, TOUCH, WRITE } from './lua/values.ts'
import type { RedisFeed } from './feed.ts'
import { letterReader } from './letter-reader.ts'
import type { LetterReader, Mailbox } from './mailbox.ts'
import { deltaText, integerOf } from './integer.ts'
import type { Reply } from './port.ts'
import { inboxHead, type RedisParts } from './parts.ts'
import { RecordCoder } from './record-coder.ts'
import { scanKeys } from './scan.ts'
import type { ServerTime } from './server-time.ts'
import type { Upkeep } from './upkeep.ts'

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
  readonly feed: RedisFeed
  readonly #lines: CommandLines
  readonly #hash: GenerationHash
  readonly #bumps: BumpActs
  readonly #time: ServerTime
  readonly #upkeep: Upkeep
  readonly #coder: RecordCoder
  readonly #inboxHead: string
  readonly #onReset: RedisParts['onReset']
  readonly #openMailbox: (reader: LetterReader) => Mailbox
  readonly #acts = new Acts()
  readonly #leases: LeaseActs
  readonly #intents: IntentActs
  readonly #gathered: GatheredReads | undefined
  #mailbox: Mailbox | undefined

  constructor(context: StoreContext, parts: RedisParts) {
    this.feed = parts.feed
    this.#lines = parts.lines
    this.#hash = parts.hash
    this.#bumps = parts.bumps
    this.#time = parts.time
    this.#upkeep = parts.upkeep
    this.#onReset = parts.onReset
    this.#openMailbox = (reader) => parts.openMailbox(reader)
    this.#coder = new RecordCoder(context.codec, context.clock, parts.time)
    this.#inboxHead = inboxHead(context.prefix)
    const {
      lines: { gathered },
      time,
    } = parts
    this.#gathered =
      gathered && new GatheredReads({ lines: gathered, acts: this.#acts, time, coder: this.#coder })
    this.#intents = new IntentActs(parts, this.#inboxHead)
    this.#leases = new LeaseActs({
      lines: parts.lines,
      time: parts.time,
      coder: this.#coder,
      inboxHead: this.#inboxHead,
      mailbox: () => this.#mailbox,
    })
  }

  // No async function: it is the road of every hit.
  read(
    keys: readonly string[],
    fields: readonly Field[],
    operation: Operation & { values?: boolean } = {},
  ): Promise<Answer<readonly (StoreRecord | undefined)[]>> {
    const values = operation.values !== false
    if (keys.length === 1 && values && operation.signal === undefined && this.#gathered) {
      return this.#gathered.read(keys[0] as string, fields)
    }
    return this.#acts.run(async () => {
      const unknown = this.#time.unknown(operation)
      if (unknown !== undefined) await unknown
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
      const unknown = this.#time.unknown(operation)
      if (unknown !== undefined) await unknown
      const keys = writes.map(({ key }) => key)
      const callOf = (key: string, index: number): Call => {
        const { entry, when } = writes[index] as Write
        const record = this.#coder.encode(entry, payloads[index] as Buffer)
        const [mode, rev] = typeof when === 'string' ? [when, ''] : ['rev', when.rev]
        return WRITE.call(key, this.#inboxHead, mode, rev, record)
      }
      const { replies, generations } = await this.#change(keys, callOf, fields, operation)
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
    operation: Operation & { values?: boolean; revs?: readonly Token[]; intent?: Token } = {},
  ): Promise<Answer<readonly (StoreRecord | undefined)[]>> {
    return await this.#acts.run(async () => {
      const unknown = this.#time.unknown(operation)
      if (unknown !== undefined) await unknown
      const { values = false, revs, intent = '' } = operation
      const callOf = (key: string, index: number): Call => {
        return REMOVE.call(key, this.#inboxHead, values ? '1' : '0', revs?.[index] ?? '', intent)
      }
      const { replies, generations } = await this.#change(keys, callOf, fields, operation)
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
      const unknown = this.#time.unknown(operation)
      if (unknown !== undefined) await unknown
      const callOf = (): Call => {
        return TOUCH.call(
          key,
          this.#coder.moment(times.freshUntil),
          this.#coder.moment(times.deadAt),
        )
      }
      const { replies, generations } = await this.#change([key], callOf, fields, operation)
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
      const unknown = this.#time.unknown(operation)
      if (unknown !== undefined) await unknown
      const callOf = (): Call => INCREMENT.call(key, text)
      const { replies, generations } = await this.#change([key], callOf, fields, operation)
      return { result: this.#incremented(key, replies[0]), generations }
    })
  }

  async acquire(
    key: string,
    request: AcquireRequest,
    operation: Operation = {},
  ): Promise<Acquired> {
    return await this.#acts.run(() => this.#leases.acquire(key, request, operation))
  }

  async commit(
    key: string,
    token: Token,
    entry: Entry,
    operation: Operation = {},
  ): Promise<boolean> {
    return await this.#acts.run(() => this.#leases.commit(key, token, entry, operation))
  }

  async renew(
    key: string,
    token: Token,
    leaseMs: number,
    operation: Operation = {},
  ): Promise<boolean> {
    return await this.#acts.run(() => this.#leases.renew(key, token, leaseMs, operation))
  }

  async release(
    key: string,
    token: Token,
    operation: Operation & { mark?: Ending } = {},
  ): Promise<void> {
    return await this.#acts.run(() => this.#leases.release(key, token, operation))
  }

  async bump(
    fields: readonly Field[],
    operation: Operation & { intent?: Token } = {},
  ): Promise<Stamp> {
    return await this.#acts.run(() => this.#bumps.bump(fields, operation))
  }

  async intend(
    announced: Announced,
    token: Token,
    forMs: number,
    operation: Operation = {},
  ): Promise<void> {
    return await this.#acts.run(() => this.#intents.intend(announced, token, forMs, operation))
  }

  async withdraw(announced: Announced, token: Token, operation: Operation = {}): Promise<void> {
    return await this.#acts.run(() => this.#intents.withdraw(announced, token, operation))
  }

  listen(inbox: Inbox): void {
    this.#acts.check()
    this.#onReset(() => inbox.reset?.())
    this.#mailbox ??= this.#openMailbox(letterReader(inbox, this.#coder, this.feed))
  }

  scan(
    head: string,
    operation: Operation & { batch?: number } = {},
  ): AsyncIterable<readonly string[]> {
    return scanKeys(this.#lines.all, head, this.#hash.key, operation)
  }

  async examine(operation: Operation = {}): Promise<readonly Advice[]> {
    return await this.#acts.run(() => this.#upkeep.examine(operation))
  }

  async stats(operation: Operation = {}): Promise<StoreStats> {
    return await this.#acts.run(() => this.#upkeep.stats(operation))
  }

  async flushServer(operation: FlushOperation = {}): Promise<void> {
    return await this.#acts.run(() => this.#upkeep.flush(operation))
  }

  async close(): Promise<void> {
    this.#mailbox?.close()
    this.#upkeep.close()
    await this.#acts.close()
    this.#lines.close()
  }

  /** As `together`, for acts that change what readers are given: it is written down for those who keep copies. */
  async #change(...parts: Parameters<CommandLines['together']>): Promise<Together> {
    const answer = await this.#lines.together(...parts)
    await this.feed.log(parts[0], parts[3] ?? {})
    return answer
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
