import { CacheError } from '../../base/errors.ts'
import type { Field } from '../../base/generation.ts'
import type { Operation, StoreContext, StoreStats } from '../../base/store.ts'
import type { CasBackend, Versioned } from '../../records/backend.ts'
import type { Target } from './connection.ts'
import { GenerationItem, generationKey } from './generation-item.ts'
import type { Settings } from './options.ts'
import { type Command, flagOf, type Reply } from './reply.ts'
import { Ring } from './ring.ts'
import { Server } from './server.ts'
import { ServerTime } from './server-time.ts'
import { bump, generationsOf, intend, type Stamps, withdraw } from '../../records/stamps.ts'
import { readStats } from './stats.ts'

/** A CAS number counts within one run of its server, and so within one connection. */
export interface Version {
  readonly cas: string
  readonly epoch: number
}

/** A larger number of seconds is taken for a date. */
const MAX_RELATIVE_S = 30 * 24 * 3600

/** In January 2038 the server's dates end. */
const LAST_DATE_S = 2 ** 31 - 1

/** The server's seconds only tidy up: until when an item counts stands before its record, in milliseconds. */
const SPARE_S = 3
const HEAD_BYTES = 8

const TIME_EVERY_MS = 60_000

export class MemcachedBackend implements CasBackend<Version> {
  readonly #context: StoreContext
  readonly #servers: readonly Server[]
  readonly #ring: Ring<Server>
  readonly #generations: GenerationItem
  readonly #time = new ServerTime()
  readonly #running = new Set<Promise<unknown>>()
  #cameBack = (): void => {}

  constructor(targets: readonly Target[], settings: Settings, context: StoreContext) {
    this.#context = context
    const { clock, prefix } = context
    const generationsAt = new Ring(targets.map(({ where }) => [where, where])).placeOf(
      generationKey(prefix),
    )
    this.#servers = targets.map((target) => {
      let connections = 0
      return new Server(target, settings, context, {
        up: (about, askedAt, answeredAt) => {
          if (target.where === generationsAt)
            this.#time.take(about.get('time'), askedAt, answeredAt)
          connections++
          if (connections > 1) this.#cameBack()
        },
      })
    })
    this.#ring = new Ring(this.#servers.map((server) => [server.where, server]))
    this.#generations = new GenerationItem(
      this.#ring.placeOf(generationKey(prefix)),
      prefix,
      () => clock.now() + this.shiftMs,
      settings.maxGenerations,
    )
  }

  get shiftMs(): number {
    return this.#time.shiftMs
  }

  async get(
    keys: readonly string[],
    fields: readonly Field[],
    operation: Operation & { partly?: boolean },
  ): ReturnType<CasBackend<Version>['get']> {
    this.#askTime()
    const [stamps, found] = await this.#counted(
      Promise.all([this.#generations.read(operation), this.#find(keys, operation)]),
    )
    return { found, generations: generationsOf(stamps, fields) }
  }

  async swap(
    key: string,
    expected: Version | undefined,
    next: { readonly bytes: Buffer; readonly keepUntil: number } | undefined,
    operation: Operation,
  ): Promise<boolean> {
    const how = expected === undefined ? 'ME' : `C${expected.cas}`
    let command: Command = { line: `md ${key} ${how}` }
    if (next !== undefined) {
      const { bytes, keepUntil } = next
      const body = Buffer.allocUnsafe(HEAD_BYTES + bytes.length)
      body.writeDoubleBE(keepUntil)
      bytes.copy(body, HEAD_BYTES)
      command = { line: `ms ${key} ${body.length} T${this.#expiry(keepUntil)} ${how}`, body }
    }
    const server = this.#ring.placeOf(key)
    const answer = await this.#counted(server.run([command], operation, expected?.epoch))
    return answer?.replies[0]?.code === 'HD'
  }

  bump: CasBackend<Version>['bump'] = async (fields, operation) => {
    const act = (stamps: Stamps): Stamps => bump(stamps, fields, this.#now(), operation.intent)
    return (await this.#counted(this.#generations.change(act, operation))).clock
  }

  intend: CasBackend<Version>['intend'] = async (fields, token, forMs, operation) => {
    const act = (stamps: Stamps): Stamps => {
      const now = this.#now()
      return intend(stamps, fields, token, now + forMs, now)
    }
    await this.#counted(this.#generations.change(act, operation))
  }

  withdraw: CasBackend<Version>['withdraw'] = async (fields, token, operation) => {
    const act = (stamps: Stamps): Stamps => withdraw(stamps, fields, token, this.#now())
    await this.#counted(this.#generations.change(act, operation))
  }

  /** No messages ever come; but a server that comes back is worth another look. */
  hear(_receive: (message: string) => void, lost: () => void): void {
    this.#cameBack = lost
  }

  // oxlint-disable-next-line require-yield
  async *scan(): AsyncGenerator<readonly string[]> {
    throw new CacheError(
      'E_UNSUPPORTED',
      'Memcached cannot list its keys. Invalidate by tag or namespace, or use another store.',
    )
  }

  async stats(operation: Operation): Promise<StoreStats> {
    return await readStats(this.#servers, operation)
  }

  async flush(operation: Operation): Promise<void> {
    await Promise.all(
      this.#servers.map(async (server) => await server.run([{ line: 'flush_all' }], operation)),
    )
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#running)
    await Promise.all(this.#servers.map(async (server) => await server.close()))
  }

  async #counted<T>(running: Promise<T>): Promise<T> {
    this.#running.add(running)
    try {
      return await running
    } finally {
      this.#running.delete(running)
    }
  }

  async #find(
    keys: readonly string[],
    operation: Operation & { partly?: boolean },
  ): Promise<(Versioned<Version> | undefined)[]> {
    const found: (Versioned<Version> | undefined)[] = keys.map(() => undefined)
    const asked = new Map<Server, number[]>()
    for (const [index, key] of keys.entries()) {
      const server = this.#ring.placeOf(key)
      const indices = asked.get(server)
      if (indices === undefined) asked.set(server, [index])
      else indices.push(index)
    }
    const read = async (server: Server, indices: readonly number[]): Promise<void> => {
      const commands = indices.map((index) => ({ line: `mg ${keys[index]} c v` }))
      const answer = await server.run(commands, operation)
      if (answer === undefined) return
      const over: Command[] = []
      for (const [at, reply] of answer.replies.entries()) {
        const index = indices[at] as number
        const item = versioned(reply, answer.epoch)
        if (item === undefined || item.keepUntil > this.#now()) found[index] = item
        else over.push({ line: `md ${keys[index]} C${item.version.cas}` })
      }
      // Precedes whatever is then written in its place, which expects nothing to be there.
      if (over.length > 0) this.#counted(server.run(over, {}, answer.epoch)).catch(() => {})
    }
    const reads = [...asked].map(async ([server, indices]) => await read(server, indices))
    if (operation.partly !== true) {
      await Promise.all(reads)
      return found
    }
    const ended = await Promise.allSettled(reads)
    operation.signal?.throwIfAborted()
    const failed = ended.filter((end) => end.status === 'rejected')
    if (failed[0] !== undefined && failed.length === ended.length) throw failed[0].reason
    return found
  }

  #expiry(keepUntil: number): number {
    if (keepUntil === Infinity) return 0
    const seconds = Math.max(0, Math.ceil((keepUntil - this.#now()) / 1000)) + SPARE_S
    if (seconds <= MAX_RELATIVE_S) return seconds
    const date = Math.ceil(this.#now() / 1000) + seconds
    // The server takes a later date, says that it has stored the item, and has none.
    return date < LAST_DATE_S ? date : 0
  }

  #now(): number {
    return this.#context.clock.now() + this.shiftMs
  }

  /** A process's clock may be set while a connection lasts. */
  #askTime(): void {
    const { clock } = this.#context
    const askedAt = clock.now()
    if (Math.abs(askedAt - this.#time.askedAt) < TIME_EVERY_MS) return
    this.#time.askedAt = askedAt
    void this.#generations.server.run([{ line: 'stats' }], {}).then(
      (answer) => this.#time.take(answer?.replies[0]?.rows.get('time'), askedAt, clock.now()),
      () => {},
    )
  }
}

/** Somebody else's bytes stay for ever: the record in them is judged to be none of ours. */
function versioned(reply: Reply, epoch: number): Versioned<Version> | undefined {
  const { body } = reply
  if (body === undefined) return undefined
  const version = { cas: flagOf(reply, 'c') ?? '', epoch }
  if (body.length < HEAD_BYTES) return { bytes: body, version, keepUntil: Infinity }
  return { bytes: body.subarray(HEAD_BYTES), version, keepUntil: body.readDoubleBE() }
}
