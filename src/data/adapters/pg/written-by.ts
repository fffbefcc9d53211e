import { EVERY_ENTITY } from '../../change.ts'
import { mentioned } from '../../mentions.ts'
import { isName, nameOf } from '../../sql/names.ts'
import { type Token, tokensOf } from '../../sql/tokens.ts'

/** What a routine is made of. */
export interface Routine {
  readonly name: string
  readonly language: string
  readonly body: string
}

/** What may be known of a database's names. */
export interface Names {
  /** Every name whose last part is this one. */
  named(bare: string): readonly string[]
  /** Those of this name: it may be overloaded. */
  routines(name: string): readonly Routine[]
}

/** Their text is not SQL, and they touch no table but the row at hand. Source: PostgreSQL 9.29 "Trigger Functions". */
const HARMLESS =
  /^(?:suppress_redundant_updates_trigger|tsvector_update_trigger(?:_column)?|lo_manage|moddatetime|autoinc|insert_username)$/
const READABLE = /^(?:plpgsql|sql|rule)$/

/**
 * The tables that a routine may change, by its text and that of the routines it names; {@link EVERY_ENTITY} where the text does
 * not tell: another language, or statements put together while it runs.
 */
export function writtenBy(
  routine: Routine,
  names: Names,
  seen: Set<Routine> = new Set(),
): Set<string> {
  const found = new Set<string>()
  if (seen.has(routine) || HARMLESS.test(routine.name)) return found
  seen.add(routine)
  if (!READABLE.test(routine.language)) return found.add(EVERY_ENTITY)
  const tokens = tokensOf(routine.body, 'postgres')
  for (const [at, token] of tokens.entries()) {
    if (token.kind !== 'word') continue
    if (token.text === 'EXECUTE' || token.text === 'TRUNCATE') return found.add(EVERY_ENTITY)
    const target = targetAt(tokens, at)
    if (target !== undefined) for (const name of names.named(target)) found.add(name)
    if (tokens[at + 1]?.text !== '(') continue
    for (const called of names.routines(nameOf(token, 'postgres')))
      for (const name of writtenBy(called, names, seen)) found.add(name)
  }
  return found
}

/** The last part of the name of a table that is written here. */
function targetAt(tokens: readonly Token[], at: number): string | undefined {
  const word = tokens[at]?.text
  let next = at + 1
  if (word === 'DELETE' && tokens[next]?.text === 'FROM') next++
  else if (word !== 'INTO' && word !== 'UPDATE' && word !== 'COPY') return undefined
  if (tokens[next]?.text === 'ONLY') next++
  let name: string | undefined
  for (;;) {
    const token = tokens[next]
    if (!isName(token)) return name
    name = nameOf(token, 'postgres')
    if (tokens[next + 1]?.text !== '.') return name
    next += 2
  }
}

/** The tables that a text names, whatever it does with them. */
export function namedIn(text: string, names: readonly string[]): string[] {
  const bare = new Map(names.map((name) => [name, name.slice(name.lastIndexOf('.') + 1)]))
  const found = new Set(mentioned(text, new Set(bare.values())))
  return names.filter((name) => found.has(bare.get(name) ?? name))
}
