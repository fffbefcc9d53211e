import { type KeySpace, wireKey } from '../base/key.ts'
import type { Stamp } from '../base/generation.ts'
import type { Token } from '../base/token.ts'
import type { Cache } from '../cache/cache.ts'
import type { CacheCore } from '../cache/core.ts'
import { TARGET } from '../cache/transaction.ts'

/** A text that the processes of a fleet have in common. */
export interface Note {
  /** Empty where it could not be read. */
  readonly text: string
  readonly rev: Token
  /** Milliseconds for which it is still kept. */
  readonly leftMs: number
}

/** No version of a value has this name, as `~` is in none. */
const VERSION = '~fleet'
/** Newer than any that is issued: what is swept after a `clear` leaves notes alone. */
const NEVER_INVALID: Stamp = Number.MAX_SAFE_INTEGER

/**
 * Texts of a fleet in the store of one alias, beside its data. They go to the store itself: what is done here is nobody's
 * read, hit or outage, and the generations of the alias do not concern it.
 */
export class Notes {
  readonly core: CacheCore
  readonly #space: KeySpace

  constructor(cache: Cache) {
    this.core = cache[TARGET].core
    const wire = cache.wireKey('fleet')
    this.#space = { prefix: wire.slice(0, wire.indexOf(':')), version: VERSION, namespaces: [] }
  }

  /** Whether other processes can read them at all. */
  get shared(): boolean {
    const { can } = this.core.store
    return can.shared && can.keeps
  }

  /** In the order of `names`, in one round trip. @param values false leaves the texts out */
  async read(names: readonly string[], values = true): Promise<(Note | undefined)[]> {
    if (names.length === 0) return []
    const { clock, store } = this.core
    const wires = names.map((name) => this.#wire(name))
    const { result } = await store.read(wires, [], { values })
    const now = clock.now()
    return result.map((record) => {
      const entry = record?.entry
      if (entry === undefined || entry.deadAt <= now) return undefined
      const text = typeof entry.value === 'string' ? entry.value : ''
      return { text, rev: entry.rev, leftMs: entry.deadAt - now }
    })
  }

  async write(name: string, text: string, forMs: number): Promise<void> {
    await this.#put(name, text, forMs, 'always')
  }

  /** Writes only over `found`, or where nothing is; false when another was faster. */
  async replace(
    name: string,
    text: string,
    forMs: number,
    found: Note | undefined,
  ): Promise<boolean> {
    return await this.#put(name, text, forMs, found === undefined ? 'absent' : { rev: found.rev })
  }

  async #put(
    name: string,
    text: string,
    forMs: number,
    when: 'always' | 'absent' | { readonly rev: Token },
  ): Promise<boolean> {
    const { clock, store, tokens } = this.core
    const now = clock.now()
    const until = { freshUntil: now + forMs, deadAt: now + forMs }
    const made = { rev: tokens.next(), stamp: NEVER_INVALID, storedAt: now, loadMs: 0 }
    const entry = { value: text, tags: [], ...until, ...made }
    const { result } = await store.write([{ key: this.#wire(name), entry, when }], [])
    return result[0]?.written === true
  }

  #wire(name: string): string {
    return wireKey(this.#space, name)
  }
}
