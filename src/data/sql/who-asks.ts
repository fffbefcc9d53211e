import type { Dialect } from '../dialect.ts'
import type { Token } from './tokens.ts'
import { PERSONAL_WORDS } from './words.ts'

/**
 * Whether a statement names who asks: `current_user` and its like; `user` of PostgreSQL, `user()` and `@variable` of MySQL.
 *
 * @param words its words, in capitals
 */
export function namesWhoAsks(
  tokens: readonly Token[],
  words: readonly string[],
  dialect: Dialect,
): boolean {
  if (words.some((word) => PERSONAL_WORDS.test(word))) return true
  return tokens.some(({ kind, text }, at) => {
    if (kind === 'param') return dialect === 'mysql' && text.startsWith('@')
    if (kind !== 'word' || text !== 'USER' || tokens[at - 1]?.text === '.') return false
    return dialect === 'postgres' || tokens[at + 1]?.text === '('
  })
}
