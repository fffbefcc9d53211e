import type { Cache } from '../cache/cache.ts'
import type { Declaration } from '../cache/open-transaction.ts'
import { OpenTransaction } from '../cache/open-transaction.ts'
import { tagFields } from '../cache/options.ts'
import { TARGET } from '../cache/transaction.ts'
import { type Change, wholeTables } from './change.ts'
import { concerns, keysOf, type Rule } from './rules.ts'
import { tagsOf } from './tags.ts'

/** What changes mean to one cache. @throws {CacheError} `E_KEY`, and what a rule throws */
function declarationOf(
  cache: Cache,
  changes: readonly Change[],
  rules: readonly Rule[],
): Declaration {
  const own = rules.filter((rule) => rule.cache === undefined || rule.cache === cache)
  const tags = new Set(changes.flatMap(tagsOf))
  for (const rule of own) {
    for (const change of changes) {
      if (rule.tags === undefined || !concerns(rule, change)) continue
      for (const tag of rule.tags(change)) tags.add(tag)
    }
  }
  const keys = new Map(keysOf(own, changes).map((key) => [cache.wireKey(key), key]))
  return { keys, fields: tagFields(tags) }
}

/** What a transaction is about to change in all caches: announced before it is committed, done or taken back after it. */
export class Announcement {
  readonly #parts: readonly { readonly cache: Cache; readonly open: OpenTransaction }[]
  readonly #rules: readonly Rule[]

  constructor(caches: readonly Cache[], rules: readonly Rule[], timeoutMs: number) {
    this.#rules = rules
    this.#parts = caches.map((cache) => {
      return { cache, open: new OpenTransaction(cache[TARGET].core, timeoutMs, undefined) }
    })
  }

  /**
   * Resolves when the stores know.
   *
   * @throws outages under `onOutage: 'throw'`, and what a rule throws; what was announced until then is taken back
   */
  async announce(changes: readonly Change[]): Promise<void> {
    try {
      await Promise.all(
        this.#parts.map(async ({ cache, open }) => {
          open.begin()
          await open.declare(() => declarationOf(cache, changes, this.#rules))
          await open.ready()
        }),
      )
    } catch (error) {
      await this.undo()
      throw error
    }
  }

  /** Invalidates what was changed, and takes back what was announced beyond it. @returns whether all stores have confirmed it */
  async done(changes: readonly Change[]): Promise<boolean> {
    const applied = await Promise.all(
      this.#parts.map(async ({ cache, open }) => {
        open.mayBeCommitted = true
        return await open.end(this.#declared(cache, changes))
      }),
    )
    return applied.every(Boolean)
  }

  /** A rule that throws must not keep anybody from what the tables' own tags say. */
  #declared(cache: Cache, changes: readonly Change[]): Declaration {
    try {
      return declarationOf(cache, changes, this.#rules)
    } catch (error) {
      cache[TARGET].core.failed(
        'A rule of changes threw; the default tags were invalidated.',
        error,
      )
      return declarationOf(cache, wholeTables(changes.map(({ entity }) => entity)), [])
    }
  }

  /** Nothing was changed. */
  async undo(): Promise<void> {
    await Promise.all(
      this.#parts.map(async ({ open }) => {
        open.mayBeCommitted = false
        await open.end()
      }),
    )
  }
}
