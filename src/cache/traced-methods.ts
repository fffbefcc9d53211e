import type { CallKind, CallStart } from '../base/call.ts'
import { type Key, keyText } from '../base/key.ts'
import { isTold, traced } from '../base/tracing.ts'
import type { CacheCore } from './core.ts'

/** What the first argument of a method says of the call. */
type Names = 'key' | 'keys' | 'entries' | 'tags' | 'nothing'

/** The methods that are told of on the tracing channels. One that calls another is told of alone. */
export const TRACED_METHODS: Readonly<Record<string, readonly [CallKind, Names]>> = {
  get: ['get', 'key'],
  lookup: ['get', 'key'],
  getMany: ['get', 'keys'],
  has: ['get', 'key'],
  ttl: ['get', 'key'],
  getOrSet: ['get', 'key'],
  getOrSetMany: ['get', 'keys'],
  set: ['set', 'key'],
  add: ['set', 'key'],
  setMany: ['set', 'entries'],
  touch: ['set', 'key'],
  persist: ['set', 'key'],
  delete: ['set', 'key'],
  deleteMany: ['set', 'keys'],
  take: ['set', 'key'],
  incr: ['set', 'key'],
  decr: ['set', 'key'],
  incrVersion: ['set', 'key'],
  decrVersion: ['set', 'key'],
  invalidate: ['invalidate', 'key'],
  invalidateTags: ['invalidate', 'tags'],
  clear: ['invalidate', 'nothing'],
  deletePattern: ['invalidate', 'key'],
  flushServer: ['invalidate', 'nothing'],
}

type Method = (
  this: { readonly core: CacheCore },
  first: unknown,
  second: unknown,
  third: unknown,
) => Promise<unknown>

/**
 * Lets the methods of a class be traced. In one place, so that none is forgotten, and without a closure or a list of
 * arguments, so that one that nobody listens to costs a look at a flag.
 */
export function traceMethods(prototype: object): void {
  for (const [operation, [kind, names]] of Object.entries(TRACED_METHODS)) {
    const method = (prototype as Record<string, unknown>)[operation] as Method
    const tracedMethod: Method = function (first, second, third) {
      if (!isTold(kind)) return method.call(this, first, second, third)
      const start = startOf(this.core, kind, operation, names, first)
      return start === undefined
        ? method.call(this, first, second, third)
        : traced(start, () => method.call(this, first, second, third))
    }
    Object.defineProperty(tracedMethod, 'name', { value: operation })
    Object.defineProperty(prototype, operation, {
      value: tracedMethod,
      configurable: true,
      writable: true,
    })
  }
}

/** What is known of a call when it begins. */
export function callStart(
  core: CacheCore,
  kind: CallKind,
  operation: string,
  keys: readonly string[],
  tags?: readonly string[],
): CallStart {
  const { alias, memo, store, tier } = core
  const asks = kind !== 'get' || (memo === undefined && tier.nearBoundMs === undefined)
  const start = { kind, alias, operation, store: store.name, keys }
  const remote = store.can.shared && asks
  return tags === undefined ? { ...start, remote } : { ...start, remote, tags }
}

/** Undefined for arguments that are refused: the method says why. */
function startOf(
  core: CacheCore,
  kind: CallKind,
  operation: string,
  names: Names,
  first: unknown,
): CallStart | undefined {
  try {
    if (names === 'tags') return callStart(core, kind, operation, [], listed(first).map(String))
    const keys = keysOf(names, first).map((key) => keyText(key as Key))
    return callStart(core, kind, operation, keys)
  } catch {
    return undefined
  }
}

function keysOf(names: Names, first: unknown): unknown[] {
  if (names === 'key') return [first]
  if (names === 'keys') return listed(first)
  if (names !== 'entries' || typeof first !== 'object' || first === null) return []
  if (Symbol.iterator in first) return listed(first).map((pair) => (pair as readonly unknown[])[0])
  return Object.keys(first)
}

/** Only of what can be gone through twice: other iterables are the method's own. */
function listed(given: unknown): unknown[] {
  const canBeReadTwice = Array.isArray(given) || given instanceof Set || given instanceof Map
  return canBeReadTwice ? [...(given as Iterable<unknown>)] : []
}
