import { createHash } from 'node:crypto'
import { optionError } from '../../base/errors.ts'
import { ANY, familyParts } from '../../base/family.ts'

/** How keys and tags are shown to those who read traces. */
export type KeysShown = 'head' | 'hash' | 'raw' | 'none' | ((name: string) => string)

/** Of one call. */
const MOST_SHOWN = 10
const LONGEST_SHOWN = 200

/**
 * What a span shows of keys, each once; `undefined` for nothing.
 *
 * @throws {CacheError} `E_OPTION`
 */
export function shownKeys(
  how: KeysShown,
): (names: readonly string[]) => readonly string[] | undefined {
  const one = showOne(how)
  if (one === undefined) return () => undefined
  return (names) => {
    if (names.length === 0) return undefined
    const shown = new Set<string>()
    for (const name of names) {
      if (shown.size >= MOST_SHOWN) break
      shown.add(one(name).slice(0, LONGEST_SHOWN))
    }
    return [...shown]
  }
}

function showOne(how: KeysShown): ((name: string) => string) | undefined {
  if (typeof how === 'function') return how
  if (how === 'head') return headOf
  if (how === 'raw') return (name) => name
  if (how === 'hash') return (name) => createHash('sha256').update(name).digest('hex').slice(0, 16)
  if (how === 'none') return undefined
  throw optionError('keys', "'head', 'hash', 'raw', 'none', or a function", how)
}

/**
 * The first part of a key, if it looks like the name of a kind of things. What follows may be a word, too, and still be what
 * somebody is called or has looked for.
 */
function headOf(name: string): string {
  const [first, second] = familyParts(name)
  if (first === undefined) return ANY
  const head = first.text + first.digits
  return second === undefined ? head : head + first.separator + ANY
}
