// Texts that are not whole: a stand-in in them is filled by the rendering that has made it, and by no other. Whoever got such
// a text from a cache would show a number in its place.
import { CacheError } from '../base/errors.ts'
import { type Key, keyText } from '../base/key.ts'
import { hasMarker, mayHaveMarkers } from './markers.ts'

/** How much of a value is looked at: its first values, and so many characters of texts. */
const MOST = { values: 1000, characters: 4 * 1024 ** 2 }

/** Whether a value is or holds a text with the stand-in of a hole, as far as one looks. */
export function isUnfilled(value: unknown): boolean {
  const left = { ...MOST }
  const look = (each: unknown): boolean => {
    if (left.values-- <= 0 || left.characters <= 0) return false
    if (typeof each === 'string') {
      left.characters -= each.length
      return hasMarker(each)
    }
    if (typeof each !== 'object' || each === null || ArrayBuffer.isView(each)) return false
    if (Array.isArray(each)) return each.some(look)
    if (each instanceof Map || each instanceof Set) return [...each.values()].some(look)
    return Object.values(each).some(look)
  }
  return look(value)
}

/**
 * Why such a value is not stored. Outside production that is an error, since it is a mistake of the code that stores it.
 *
 * @param isOfMany it was loaded with others, for several requests: where that was done is not known here
 * @returns `undefined` for every other value, and where nobody can have been given such a text
 * @throws {CacheError} `E_PERSONAL` outside production
 */
export function unfilledReason(key: Key, value: unknown, isOfMany = false): string | undefined {
  if (!mayHaveMarkers(isOfMany) || !isUnfilled(value)) return undefined
  if (process.env['NODE_ENV'] === 'production') return UNFILLED
  throw new CacheError(
    'E_PERSONAL',
    `The value of '${keyText(key)}' is not stored: ${UNFILLED}. Keep the text by fragment(), which keeps its holes, or keep the data and render the text outside of the cache.`,
    { key: keyText(key) },
  )
}

const UNFILLED =
  'it contains the place of a hole, which only the page or the fragment that is rendered now can fill'
