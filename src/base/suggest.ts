import { CacheError } from './errors.ts'

/**
 * The name of `known` nearest to `name`, or `undefined` when none is near enough to be a slip of the pen
 * (more than a third of the letters differ).
 */
export function nearest(name: string, known: Iterable<string>): string | undefined {
  let best: string | undefined
  let bestDistance = Math.max(2, Math.floor(name.length / 3)) + 1
  for (const candidate of known) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase())
    if (distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

/** The tail of an error message: the nearest right name, then all of them. */
export function hint(name: string, known: readonly string[]): string {
  const near = nearest(name, known)
  const all = known.map((each) => `'${each}'`).join(', ')
  return near === undefined ? `Known: ${all}.` : `Did you mean '${near}'? Known: ${all}.`
}

/**
 * Refuses options nobody reads: a misspelt option is worse than a missing one, because it looks set.
 *
 * @param where what the options belong to, such as `"alias 'default'"`
 * @throws {CacheError} `E_OPTION` with the nearest right name
 */
export function refuseUnknown(where: string, given: unknown, known: readonly string[]): void {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new CacheError(
      'E_OPTION',
      `${where}: expected an object of options, got ${typeof given}.`,
    )
  }
  for (const name of Object.keys(given)) {
    if (known.includes(name)) continue
    throw new CacheError('E_OPTION', `${where}: unknown option '${name}'. ${hint(name, known)}`)
  }
}

// Levenshtein distance, two rows.
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const current = [i]
    for (let j = 1; j <= b.length; j++) {
      const swap = (previous[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1)
      current.push(Math.min((previous[j] as number) + 1, (current[j - 1] as number) + 1, swap))
    }
    previous = current
  }
  return previous[b.length] as number
}
