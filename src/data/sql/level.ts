import type { Operation } from '../change.ts'

/** One pair of parentheses, or the statement. */
export interface Level {
  readonly outer: Level | undefined
  readonly ctes: Set<string>
  /** The next thing is a table. */
  expects: boolean
  /** A comma is followed by another one. */
  listing: boolean
  /** Tables that come now are written. */
  writes: Operation | undefined
  verb: string | undefined
  sawSet: boolean
  sawJoin: boolean
}

/** The INTO of `INSERT INTO` and `MERGE INTO`, and not that of `SELECT .. INTO`. */
export function isTargetOf({ verb, writes }: Level, word: string): boolean {
  return word === 'INTO' && writes !== undefined && /^(?:INSERT|REPLACE|MERGE)$/.test(verb ?? '')
}

export function levelIn(outer: Level | undefined, expects: boolean): Level {
  return {
    outer,
    ctes: new Set(),
    expects,
    listing: expects,
    writes: expects ? outer?.writes : undefined,
    // Parentheses around tables are a part of the list.
    verb: expects ? outer?.verb : undefined,
    sawSet: false,
    sawJoin: false,
  }
}

export function isCte(level: Level | undefined, name: string): boolean {
  return level !== undefined && (level.ctes.has(name) || isCte(level.outer, name))
}
