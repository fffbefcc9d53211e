import { CacheError, show } from '../base/errors.ts'

const GLOB = /[*?[\]\\]/

/** The literal text that every match of a glob begins with. */
export function literalHead(pattern: string): string {
  const at = pattern.search(GLOB)
  return at === -1 ? pattern : pattern.slice(0, at)
}

/**
 * Whether a key matches a glob: `*` any characters, `?` one character, `[abc]` or `[a-z]` one of, `[^abc]` none of, `\` takes
 * the next character as it is (Redis' own rules).
 *
 * @throws {CacheError} `E_OPTION` for an empty pattern or an unclosed `[`
 */
export function globMatcher(pattern: string): (key: string) => boolean {
  if (typeof pattern !== 'string' || pattern === '') {
    throw new CacheError(
      'E_OPTION',
      `Expected a pattern such as 'product:*', got ${show(pattern)}.`,
    )
  }
  let source = ''
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern[at] as string
    if (char === '*') source += '.*'
    else if (char === '?') source += '.'
    else if (char === '\\') source += escape(pattern[++at] ?? '\\')
    else if (char === '[') {
      const end = pattern.indexOf(']', at + 1)
      if (end === -1) {
        throw new CacheError('E_OPTION', `Expected a closed [ ] in the pattern ${show(pattern)}.`)
      }
      const inside = pattern.slice(at + 1, end)
      const negated = inside.startsWith('^')
      source += `[${negated ? '^' : ''}${inside.slice(negated ? 1 : 0).replace(/[\\\]^[]/g, '\\$&')}]`
      at = end
    } else source += escape(char)
  }
  // Stars that follow each other mean one; several would make matching slow.
  const compiled = new RegExp(`^${source.replace(/(?:\.\*)+/g, '.*')}$`, 'su')
  return (key) => compiled.test(key)
}

function escape(char: string): string {
  return /[\^$.*+?()[\]{}|/\\]/.test(char) ? `\\${char}` : char
}
