// What caches and words of one request tell each other. Noted by the request itself: a layer that goes on from the callback of
// a connection which it shares with others has lost the asynchronous context, and comes with that of another request.

/** A framework's request, or what it has in its place. */
type Incoming = unknown

/** Most applications never say a word of this kind: then nobody is looked up. */
let isAnyNoted = false
const neverKept = new WeakSet<object>()
const takenOver = new WeakMap<object, Set<(path: string) => void>>()

/** No page cache that is asked from now on reads or fills for this request. */
export function keepNever(incoming: Incoming): void {
  if (!isObject(incoming)) return
  isAnyNoted = true
  neverKept.add(incoming)
}

export function isNeverKept(incoming: Incoming): boolean {
  return isObject(incoming) && neverKept.has(incoming)
}

/** Has `act` told of the path of each page that a cache takes into its care which is asked later for this request. */
export function onTakeOver(incoming: Incoming, act: (path: string) => void): void {
  if (!isObject(incoming)) return
  isAnyNoted = true
  const acts = takenOver.get(incoming) ?? new Set()
  takenOver.set(incoming, acts.add(act))
}

/** A cache answers for this path from now on. */
export function takeOver(incoming: Incoming, path: string): void {
  const acts = isObject(incoming) ? takenOver.get(incoming) : undefined
  if (acts !== undefined) for (const act of acts) act(path)
}

/** Whether anything was said of this request. */
export function isNoted(incoming: Incoming): boolean {
  if (!isAnyNoted || !isObject(incoming)) return false
  return neverKept.has(incoming) || takenOver.has(incoming)
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
