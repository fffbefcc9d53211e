import { toBytes, type Bytes } from '../../base/bytes.ts'
import { optionError } from '../../base/errors.ts'
import type { StoreDefinition } from '../../base/store.ts'
import { refuseUnknown } from '../../base/suggest.ts'
import { MemoryState } from './state.ts'
import { MemoryStore } from './store.ts'

/** The bounds of the store. */
export interface MemoryOptions {
  /** Bound on keys, values, tags and bookkeeping together, estimated. Default `'64mb'`. `Infinity` is no bound. */
  readonly maxBytes?: Bytes
  /** Bound on the number of entries. Default none. */
  readonly maxEntries?: number | `${number}`
  /**
   * `'frozen'` (default): a value is copied and deep-frozen once, when it is stored, and handed out shared and read-only;
   * one with parts that cannot be frozen (a Date, Map, Set or Buffer) is copied on each read. `'copied'`: each reader gets a
   * copy of its own. Either way nobody can change what is cached.
   */
  readonly values?: 'frozen' | 'copied'
}

/**
 * A store in this process's memory: nothing to install, gone with the process, not shared with others. Bounded; what was
 * used longest ago goes first.
 *
 * @throws {CacheError} `E_OPTION`
 */
export function memory(options: MemoryOptions = {}): StoreDefinition {
  refuseUnknown('memory()', options, ['maxBytes', 'maxEntries', 'values'])
  const { values = 'frozen' } = options
  if (values !== 'frozen' && values !== 'copied')
    throw optionError('values', "'frozen' or 'copied'", values)
  const maxEntries = Number(options.maxEntries ?? Infinity)
  if (!(maxEntries >= 1))
    throw optionError('maxEntries', 'a number of entries, 1 or more', options.maxEntries)
  const maxBytes = toBytes(options.maxBytes ?? '64mb', 'maxBytes')
  const state = new MemoryState(maxBytes, maxEntries)
  return {
    name: 'memory',
    settings: { maxBytes },
    open: (context) => new MemoryStore(state, context, values === 'frozen'),
  }
}
