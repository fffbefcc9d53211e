import type { Dialect } from '../dialect.ts'
import type { Token } from './tokens.ts'

const DEFAULT_SCHEMA: Readonly<Partial<Record<Dialect, string>>> = {
  postgres: 'public',
  sqlite: 'main',
}

/** PostgreSQL cuts names off there. */
const LONGEST_NAME_BYTES = 63

/** The name that a token says: as the database folds it. */
export function nameOf({ kind, text, raw }: Token, dialect: Dialect): string {
  // MySQL's table names are told apart by their case on some systems only; together they are too many, never too few.
  if (dialect !== 'postgres') return (kind === 'word' ? raw : text).toLowerCase()
  return cut(kind === 'word' ? raw.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()) : text)
}

function cut(name: string): string {
  if (name.length * 3 <= LONGEST_NAME_BYTES || Buffer.byteLength(name) <= LONGEST_NAME_BYTES)
    return name
  let end = name.length
  while (Buffer.byteLength(name.slice(0, end)) > LONGEST_NAME_BYTES) end--
  return name.slice(0, end)
}

/** A table by the parts of its name, without the schema that need not be said. */
export function entityOf(parts: readonly Token[], dialect: Dialect): string {
  const names = parts.slice(-2).map((part) => nameOf(part, dialect))
  return names.length === 2 && names[0] === DEFAULT_SCHEMA[dialect]
    ? (names[1] as string)
    : names.join('.')
}

export function isName(token: Token | undefined): token is Token {
  return token?.kind === 'word' || token?.kind === 'name'
}
