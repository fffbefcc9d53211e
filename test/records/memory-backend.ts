import type { Clock } from '../../src/base/clock.ts'
import type { Field, Generations, Stamp } from '../../src/base/generation.ts'
import type { StoreContext, StoreDefinition, StoreStats } from '../../src/base/store.ts'
import type { CasBackend, Versioned } from '../../src/records/backend.ts'
import { CasStore } from '../../src/records/cas-store.ts'

/** The stamps of one prefix. */
class Stamps {
  floor = 1
  clock = 1
  readonly bumps = new Map<Field, Stamp>()
  /** Ends of intents by field and token. */
  readonly intents = new Map<Field, Map<string, number>>()

  read(fields: readonly Field[], now: number): Generations {
    this.settle(now)
    const { clock, floor } = this
    const known = [...this.bumps].filter(([field]) => fields.includes(field))
    return { clock, floor, bumps: new Map(known) }
  }

  bump(fields: readonly Field[], now: number, intent?: string): Stamp {
    this.settle(now)
    if (intent !== undefined) this.withdraw(fields, intent)
    this.clock = Math.max(this.clock + 1, now * 1000)
    for (const field of fields) this.bumps.set(field, this.clock)
    return this.clock
  }

  intend(fields: readonly Field[], token: string, until: number): void {
    for (const field of fields) {
      const intents = this.intents.get(field) ?? new Map<string, number>()
      this.intents.set(field, intents.set(token, until))
    }
  }

  withdraw(fields: readonly Field[], token: string): void {
    for (const field of fields) this.intents.get(field)?.delete(token)
  }

  /** Intents that are over become bumps. */
  settle(now: number): void {
    for (const [field, intents] of this.intents) {
      for (const [token, until] of intents) {
        if (until > now) continue
        intents.delete(token)
        this.clock = Math.max(this.clock + 1, now * 1000)
        this.bumps.set(field, this.clock)
      }
    }
  }

  forget(): void {
    this.intents.clear()
    this.bumps.clear()
    this.floor = ++this.clock
  }
}

/** The simplest place with compare-and-swap: a Map that several processes share, as they would share a server. */
export class MemoryPlace implements StoreDefinition {
  readonly name = 'cas'
  readonly items = new Map<string, Versioned<number>>()
  readonly hearers = new Map<string, (message: string) => void>()
  readonly clock: Clock
  readonly #pushes: boolean
  readonly #stamps = new Map<string, Stamps>()
  #versions = 0
  /** Called between the reading and the replacing of each swap. */
  between: (key: string) => Promise<void> | void = () => {}

  /** @param clock the place's own */
  constructor(clock: Clock, pushes: boolean) {
    this.clock = clock
    this.#pushes = pushes
  }

  open(context: StoreContext): CasStore<number> {
    const can = {
      shared: true,
      pushWake: this.#pushes,
      expiry: 'ms',
      scan: true,
      durable: false,
      values: 'copied',
      keeps: true,
    } as const
    const backend = new (this.#pushes ? TellingBackend : MemoryBackend)(this, context)
    return new CasStore('cas', can, context, backend)
  }

  living(key: string): Versioned<number> | undefined {
    const item = this.items.get(key)
    return item !== undefined && item.keepUntil > this.clock.now() ? item : undefined
  }

  replace(key: string, next: { bytes: Buffer; keepUntil: number }): void {
    this.items.set(key, { ...next, version: ++this.#versions })
  }

  stampsOf(prefix: string): Stamps {
    const stamps = this.#stamps.get(prefix) ?? new Stamps()
    this.#stamps.set(prefix, stamps)
    return stamps
  }

  flush(): void {
    this.items.clear()
    for (const stamps of this.#stamps.values()) stamps.forget()
  }
}

class MemoryBackend implements CasBackend<number> {
  protected readonly place: MemoryPlace
  protected readonly context: StoreContext

  constructor(place: MemoryPlace, context: StoreContext) {
    this.place = place
    this.context = context
  }

  get shiftMs(): number {
    return this.place.clock.now() - this.context.clock.now()
  }

  get: CasBackend<number>['get'] = async (keys, fields) => {
    const generations = this.place
      .stampsOf(this.context.prefix)
      .read(fields, this.place.clock.now())
    return { found: keys.map((key) => this.place.living(key)), generations }
  }

  swap: CasBackend<number>['swap'] = async (key, expected, next) => {
    await this.place.between(key)
    if (this.place.living(key)?.version !== expected) return false
    if (next === undefined) this.place.items.delete(key)
    else this.place.replace(key, next)
    return true
  }

  bump: CasBackend<number>['bump'] = async (fields, { intent }) =>
    this.place.stampsOf(this.context.prefix).bump(fields, this.place.clock.now(), intent)

  intend: CasBackend<number>['intend'] = async (fields, token, forMs) => {
    const stamps = this.place.stampsOf(this.context.prefix)
    stamps.settle(this.place.clock.now())
    stamps.intend(fields, token, this.place.clock.now() + forMs)
  }

  withdraw: CasBackend<number>['withdraw'] = async (fields, token) => {
    const stamps = this.place.stampsOf(this.context.prefix)
    stamps.settle(this.place.clock.now())
    stamps.withdraw(fields, token)
  }

  async *scan(head: string): AsyncGenerator<readonly string[]> {
    const { place } = this
    yield [...place.items.keys()].filter((key) => key.startsWith(head) && place.living(key))
  }

  async stats(): Promise<StoreStats> {
    const unknown = { bytes: undefined, maxBytes: undefined, evictions: undefined }
    return { entries: this.place.items.size, ...unknown, clients: undefined, detail: {} }
  }

  async flush(): Promise<void> {
    this.place.flush()
  }

  async close(): Promise<void> {
    this.place.hearers.delete(this.context.processId)
  }
}

class TellingBackend extends MemoryBackend {
  tell(processId: string, message: string): void {
    queueMicrotask(() => this.place.hearers.get(processId)?.(message))
  }

  hear(receive: (message: string) => void): void {
    this.place.hearers.set(this.context.processId, receive)
  }
}
