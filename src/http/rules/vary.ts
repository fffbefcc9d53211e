// Vary. RFC 9110 §12.5.5, RFC 9111 §4.1.
import { isToken, trimBlanks } from './syntax.ts'

/** Names beyond this count as "varies on anything": each is a part of the key. */
const MOST_NAMES = 32

/**
 * The request fields that the response was selected by: lower-cased, sorted, without duplicates; or `'*'` when no other
 * request can be known to match: a `*` in any member, a member that is no field name, or far too many of them.
 *
 * Never throws; linear in the length of the lines.
 */
export function parseVary(lines: readonly string[]): readonly string[] | '*' {
  const names = new Set<string>()
  for (const line of lines) {
    for (const member of line.split(',')) {
      const name = trimBlanks(member).toLowerCase()
      if (name === '') continue
      // A field name may contain `*` by its grammar; none does, and `Vary: accept*` was meant as a wildcard.
      if (name.includes('*') || !isToken(name)) return '*'
      names.add(name)
      if (names.size > MOST_NAMES) return '*'
    }
  }
  return [...names].toSorted()
}
