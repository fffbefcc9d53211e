import type { Cache } from '../../../cache/cache.ts'
import { ListedCache } from '../../listed-cache.ts'

/** What each namespace of Keyv's holds. Without a namespace: what all of them do, and keys of no namespace. */
export class KeyvSpaces {
  readonly #all: Cache
  readonly #open = new Map<string, ListedCache>()

  constructor(cache: Cache) {
    this.#all = cache.namespace('keyv')
  }

  /** @throws {CacheError} `E_KEY` for a name of more than 64 bytes */
  of(namespace: string | undefined): ListedCache {
    const name = namespace ?? ''
    const open = this.#open.get(name)
    if (open !== undefined) return open
    const opened = new ListedCache(name === '' ? this.#all : this.#all.namespace(name))
    this.#open.set(name, opened)
    return opened
  }

  /** The names that were asked for. */
  get names(): Iterable<string> {
    return this.#open.keys()
  }
}
