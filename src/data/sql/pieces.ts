import type { Dialect } from '../dialect.ts'
import { isName, nameOf } from './names.ts'
import type { Token } from './tokens.ts'

/** Where the parenthesis that opens here is closed. */
export function closing(tokens: readonly Token[], open: number): number {
  let depth = 0
  for (let at = open; at < tokens.length; at++) {
    const token = tokens[at] as Token
    if (token.kind !== 'sign') continue
    if (token.text === '(') depth++
    else if (token.text === ')' && --depth === 0) return at
  }
  return tokens.length
}

/** The columns on the left of a SET list; those that are qualified with all parts of their names. */
export function assignedColumns(
  tokens: readonly Token[],
  from: number,
  dialect: Dialect,
): string[] {
  const columns: string[] = []
  let left = true
  let depth = 0
  for (let at = from; at < tokens.length; at++) {
    const token = tokens[at] as Token
    if (token.kind === 'sign') {
      if (token.text === '(') depth++
      else if (token.text === ')') depth--
      else if (token.text === '=' && depth === 0) left = false
      else if (token.text === ',' && depth === 0) left = true
      if (depth < 0) break
    } else if (left && isName(token)) columns.push(nameOf(token, dialect))
    else if (
      depth === 0 &&
      token.kind === 'word' &&
      /^(?:FROM|WHERE|RETURNING|ORDER|LIMIT)$/.test(token.text)
    )
      break
  }
  return columns
}
