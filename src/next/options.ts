import { type Bytes, toBytes } from '../base/bytes.ts'
import { type Duration, toMs } from '../base/duration.ts'
import { optionError } from '../base/errors.ts'
import type { Key } from '../base/key.ts'
import { LATE_FILLS, type LateFills, type TakesLateFills } from '../base/late-fills.ts'
import { refuseUnknown } from '../base/suggest.ts'
import { warnOnce } from '../base/warn-once.ts'

/** What is used of a cache, or of a namespace of one. One of `createCaches` is needed: it also takes what was made elsewhere. */
export interface NextCache {
  /** As of a cache. */
  getMany(keys: Iterable<Key>): Promise<Map<Key, unknown>>
  /** As of a cache. */
  deleteMany(keys: Iterable<Key>): Promise<unknown>
  /** As of a cache. */
  set(key: Key, value: unknown, options: { readonly ttl: Duration }): Promise<unknown>
  /** As of a cache. */
  invalidateTags(tags: Iterable<string>): Promise<{ readonly applied: boolean }>
}

/** How what Next.js makes is kept. */
export interface NextOptions {
  /** Longer entries are not kept. At most the alias's `maxValueBytes`. Default `'1mb'`. */
  readonly maxEntryBytes?: Bytes
  /** Nothing is kept longer, whatever Next.js says: of pages and data without an end, and of keys of builds that are gone. Default `'30d'`. */
  readonly keepFor?: Duration
  /** How long a reader waits for an entry that this process is just storing. Default `'10s'`. */
  readonly wait?: Duration
  /** Told of what went wrong and was spared the visitor: a store that fails, an entry that cannot be kept. Default: a process warning, once per message. */
  readonly onError?: (error: unknown) => void
}

export interface NextPolicy {
  readonly maxEntryBytes: number
  readonly keepForMs: number
  readonly waitMs: number
  readonly onError: (error: unknown) => void
}

const OPTIONS = ['maxEntryBytes', 'keepFor', 'wait', 'onError']

/** @throws {CacheError} `E_OPTION` */
export function resolveNextOptions(call: string, options: NextOptions): NextPolicy {
  refuseUnknown(call, options, OPTIONS)
  const { keepFor = '30d', maxEntryBytes = '1mb', onError = warnOfNext(), wait = '10s' } = options
  if (typeof onError !== 'function') throw optionError('onError', 'a function', onError)
  return {
    maxEntryBytes: toBytes(maxEntryBytes, 'maxEntryBytes'),
    keepForMs: toMs(keepFor, 'keepFor'),
    waitMs: toMs(wait, 'wait'),
    onError: (error) => {
      try {
        onError(error)
      } catch {
        // Who is told of failures must not cause one.
      }
    },
  }
}

/** @throws {CacheError} `E_OPTION` for what is no cache of `createCaches` */
export function lateFillsOf(cache: NextCache): LateFills {
  const late = (cache as Partial<TakesLateFills> | undefined)?.[LATE_FILLS]
  if (late === undefined) throw optionError('cache', 'a cache of createCaches()', cache)
  return late
}

function warnOfNext(): (error: unknown) => void {
  return warnOnce((message) => {
    process.emitWarning(message, { type: 'BreakwaterWarning', code: 'BREAKWATER_NEXT' })
  })
}
