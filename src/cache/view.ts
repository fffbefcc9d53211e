import { CacheError, show } from '../base/errors.ts'
import type { Field } from '../base/generation.ts'
import {
  checkVersion,
  type Key,
  type KeySpace,
  keyText,
  spaceHead,
  wireKey,
  wireKeyUnder,
} from '../base/key.ts'
import type { CacheCore } from './core.ts'
import type { OperationName } from './operations.ts'

/** Which keys a cache speaks of: one alias's, one version's, one namespace's. Views of one alias share everything else. */
export abstract class View {
  /** @internal */
  protected readonly core: CacheCore
  /** @internal */
  protected readonly space: KeySpace
  /** What every wire key of this space begins with. */
  readonly #head: string

  constructor(core: CacheCore, space: KeySpace) {
    this.core = core
    this.space = space
    this.#head = spaceHead(space)
  }

  /** The alias that this cache was configured under. */
  get alias(): string {
    return this.core.alias
  }

  /** What a log shows of it. */
  toJSON(): { readonly alias: string; readonly namespaces: readonly string[] } {
    return { alias: this.core.alias, namespaces: this.space.namespaces }
  }

  /**
   * The text under which the store keeps a key: for looking it up with the store's own tools.
   *
   * @throws {CacheError} `E_KEY`
   */
  wireKey(key: Key, version?: number | string): string {
    const text = keyText(key)
    if (version === undefined) return wireKeyUnder(this.#head, text)
    return wireKey(this.#spaceOf(version), text)
  }

  /** Locks are kept apart from data: no version of a value has this name. @internal */
  protected lockKey(key: Key): string {
    return wireKey({ ...this.space, version: '~lock' }, keyText(key))
  }

  /** What everything that this view speaks of belongs to. @internal */
  protected get field(): Field {
    const path = this.space.namespaces.join('>')
    return path === '' ? '*' : `n:${path}`
  }

  /** What every wire key of this view begins with. @internal */
  protected head(version?: number | string): string {
    return version === undefined ? this.#head : spaceHead(this.#spaceOf(version))
  }

  /** Counts and times a call. @internal */
  protected async timed<T>(operation: OperationName, act: () => Promise<T>): Promise<T> {
    return await this.core.tally.operations[operation].run(act)
  }

  /** Caller's keys by wire key, each once, in order. @internal */
  protected wires<K extends Key>(keys: Iterable<K>, version?: number | string): Map<string, K> {
    // A string is iterable, too: its letters are nobody's keys.
    if (typeof keys === 'string' || !isIterable(keys)) {
      throw new CacheError('E_KEY', `Expected several keys, such as ['a', 'b'], got ${show(keys)}.`)
    }
    const wires = new Map<string, K>()
    for (const key of keys) wires.set(this.wireKey(key, version), key)
    return wires
  }

  #spaceOf(version: number | string): KeySpace {
    return { ...this.space, version: checkVersion(version) }
  }
}

/** What was asked for, in the order in which it was. @internal */
export function inOrder<K, T>(keys: Iterable<K>, found: ReadonlyMap<K, T>): Map<K, T> {
  const ordered = new Map<K, T>()
  for (const key of keys) if (found.has(key)) ordered.set(key, found.get(key) as T)
  return ordered
}

function isIterable(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Symbol.iterator in value
}
