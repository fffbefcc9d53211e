import type {
  Feed,
  FeedBatch,
  FeedListener,
  FeedPosition,
  FeedReader,
  FeedRecord,
} from '../../../src/base/feed.ts'
import type { Store, StoreContext, StoreDefinition } from '../../../src/base/store.ts'
import { memory } from '../../../src/stores/memory/memory.ts'

/** The log of a memory that plays a shared server: what a Redis stream is to several processes. */
export class SharedLog implements StoreDefinition {
  readonly name = 'logged'
  readonly #memory = memory({ values: 'copied' })
  records: FeedRecord[] = []
  /** Changes when the log is lost: positions of before mean nothing then. */
  life = 1
  readonly readers = new Map<string, FeedReader & { until: number }>()
  readonly listeners = new Map<string, FeedListener>()
  /** Nobody is told of anything new: messages are lost. */
  isMute = false
  /** Asked before each act of a process: holds it, or fails it. */
  before: (processId: string, act: string) => Promise<void> | void = () => {}
  /** Asked after each act, before its answer is given. */
  after: (processId: string, act: string) => Promise<void> | void = () => {}

  open(context: StoreContext): Store {
    const store = this.#memory.open(context)
    const feed = new LoggedFeed(this, context)
    const log = (keys: readonly string[]): void => {
      if (this.isRead(context)) this.append({ keys, fields: [], stamp: 0 })
    }
    const logged: Partial<Store> = {
      write: async (writes, fields, operation) => {
        const answer = await store.write(writes, fields, operation)
        log(writes.map(({ key }) => key))
        return answer
      },
      remove: async (keys, fields, operation) => {
        const answer = await store.remove(keys, fields, operation)
        if (operation?.revs === undefined) log(keys)
        return answer
      },
      touch: async (key, ...rest) => {
        const answer = await store.touch(key, ...rest)
        log([key])
        return answer
      },
      increment: async (key, ...rest) => {
        const answer = await store.increment(key, ...rest)
        log([key])
        return answer
      },
      bump: async (fields, operation) => {
        const stamp = await store.bump(fields, operation)
        if (fields.length > 0 && this.isRead(context)) this.append({ keys: [], fields, stamp })
        return stamp
      },
    }
    const act =
      (name: string, run: (...parts: never[]) => Promise<unknown>) =>
      async (...parts: never[]) => {
        await this.before(context.processId, name)
        const answer = await run(...parts)
        await this.after(context.processId, name)
        return answer
      }
    return new Proxy(store, {
      get: (target, name: keyof Store) => {
        if (name === 'feed') return feed
        if (name === 'can') return { ...target.can, shared: true }
        const member = logged[name] ?? Reflect.get(target, name)
        if (typeof member !== 'function') return member
        const bound = member.bind(target) as (...parts: never[]) => Promise<unknown>
        return ['listen', 'close', 'scan'].includes(name) ? bound : act(name, bound)
      },
    })
  }

  isRead({ clock }: StoreContext): boolean {
    return [...this.readers.values()].some(({ until }) => until > clock.now())
  }

  append(record: FeedRecord): void {
    this.records.push(record)
    if (this.isMute) return
    for (const listener of this.listeners.values()) queueMicrotask(() => listener.readable())
  }

  get end(): FeedPosition {
    return `${this.life}:${this.records.length}`
  }

  /** As FLUSHALL does: the log, and who reads it, are forgotten. */
  lose(): void {
    this.life++
    this.records = []
    this.readers.clear()
  }
}

class LoggedFeed implements Feed {
  readonly #log: SharedLog
  readonly #context: StoreContext

  constructor(log: SharedLog, context: StoreContext) {
    this.#log = log
    this.#context = context
  }

  async announce(reader: FeedReader, forMs: number): Promise<FeedPosition> {
    await this.#log.before(this.#context.processId, 'announce')
    const until = this.#context.clock.now() + forMs
    this.#log.readers.set(reader.processId, { ...reader, until })
    return this.#log.end
  }

  async read(after: FeedPosition): Promise<FeedBatch> {
    await this.#log.before(this.#context.processId, 'log')
    const [life, from] = after.split(':').map(Number)
    const known = this.#log.readers.has(this.#context.processId)
    const broken = life !== this.#log.life || !known
    const batch = {
      records: broken ? [] : this.#log.records.slice(from),
      position: this.#log.end,
      broken,
    }
    await this.#log.after(this.#context.processId, 'log')
    return batch
  }

  async readers(): Promise<readonly FeedReader[]> {
    const now = this.#context.clock.now()
    return [...this.#log.readers.values()].filter(({ until }) => until > now)
  }

  async nudge(question?: string): Promise<void> {
    if (this.#log.isMute) return
    for (const listener of this.#log.listeners.values()) {
      queueMicrotask(() => {
        if (question === undefined) listener.readable()
        else listener.asked(this.#context.processId, question)
      })
    }
  }

  answer(to: string, question: string): void {
    queueMicrotask(() => {
      this.#log.listeners.get(to)?.answered(this.#context.processId, question)
    })
  }

  listen(listener: FeedListener): void {
    this.#log.listeners.set(this.#context.processId, listener)
  }
}
