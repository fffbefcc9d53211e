import type { ChangeTracker } from '../../tracker.ts'
import type { SchemaRow } from './schema.ts'

const learned = new WeakMap<ChangeTracker, ReadonlyMap<string, string>>()
const NONE: ReadonlyMap<string, string> = new Map()

/** By table: the column that is another name of the rowid, so that the database fills it. */
export function rowidsOf(tracker: ChangeTracker): ReadonlyMap<string, string> {
  return learned.get(tracker) ?? NONE
}

/** @param rows of the schema's query. Source: SQLite, "ROWIDs and the INTEGER PRIMARY KEY" */
export function learnRowids(tracker: ChangeTracker, rows: readonly SchemaRow[]): void {
  const keys = rows.filter(({ what }) => what === 'key')
  const withRowid = rows.filter(
    ({ what, text }) => what === 'table' && !/\bwithout\s+rowid\b/i.test(text ?? ''),
  )
  const found = withRowid.flatMap(({ name }): [string, string][] => {
    const own = keys.filter((key) => key.name === name)
    const [only] = own
    const isRowid = own.length === 1 && only?.b?.toUpperCase() === 'INTEGER'
    return isRowid ? [[name, String(only.a)]] : []
  })
  learned.set(tracker, new Map([...rowidsOf(tracker), ...found]))
}
