import { optionError } from '../../../base/errors.ts'
import type { Operation } from '../../change.ts'
import type { Effect, KeyColumn, KeyKind, Schema, TableSchema, ViewSchema } from '../../schema.ts'
import { CATALOG_SQL, type CatalogRow } from './catalog.ts'
import { namedIn, type Names, type Routine, writtenBy } from './written-by.ts'

/** A pool, a client, or a PGlite. */
export interface Queryable {
  query(sql: string): Promise<unknown>
}

/**
 * What PostgreSQL says of its tables, in one query: primary keys, views and what they read, foreign keys with actions, the
 * tables that triggers and rules may change, partitions, and whose rows are guarded by policies. For `trackChanges` and
 * `tracker.learn`: once at the start, and after migrations.
 *
 * @throws {CacheError} `E_OPTION`; what the database throws
 */
export async function schemaOf(database: Queryable): Promise<Schema> {
  if (typeof (database as Partial<Queryable> | undefined)?.query !== 'function')
    throw optionError('database', "a pool or a client of 'pg', or a PGlite", database)
  const { rows } = (await database.query(CATALOG_SQL)) as { readonly rows: readonly CatalogRow[] }
  return new Catalog(rows).schema()
}

const EVENTS: readonly (readonly [bit: number, operation: Operation])[] = [
  [4, 'insert'],
  [8, 'delete'],
  [16, 'update'],
]
const OPERATIONS = EVENTS.map(([, operation]) => operation)
/** What a reader gets is another for another user. */
const PERSONAL = /\b(?:current_user|session_user|current_role|current_setting)\b/i

class Catalog {
  readonly #rows = new Map<CatalogRow['what'], Map<string, CatalogRow[]>>()
  readonly #names: readonly string[]
  readonly #known: Names

  constructor(rows: readonly CatalogRow[]) {
    for (const row of rows) {
      const named = this.#rows.get(row.what) ?? new Map<string, CatalogRow[]>()
      this.#rows.set(row.what, named)
      const list = named.get(row.name) ?? []
      named.set(row.name, list)
      list.push(row)
    }
    this.#names = [...this.#all('table'), ...this.#all('view')].map(({ name }) => name)
    const routines = new Map<string, Routine[]>()
    for (const row of this.#all('function'))
      routines.set(row.name, [...(routines.get(row.name) ?? []), routineOf(row)])
    this.#known = {
      named: (bare) => this.#names.filter((name) => name === bare || name.endsWith(`.${bare}`)),
      routines: (name) => routines.get(name) ?? [],
    }
  }

  schema(): Schema {
    return {
      tables: this.#all('table').map((row) => this.#table(row)),
      views: this.#all('view').map((row) => this.#view(row)),
      defaultSchema: this.#all('path').map(({ name }) => name),
    }
  }

  #all(what: CatalogRow['what']): CatalogRow[] {
    return [...(this.#rows.get(what)?.values() ?? [])].flat()
  }

  #of(what: CatalogRow['what'], name: string): readonly CatalogRow[] {
    return this.#rows.get(what)?.get(name) ?? []
  }

  #table({ name, a: guarded }: CatalogRow): TableSchema {
    const key = this.#of('key', name)
      .toSorted((left, right) => Number(left.c) - Number(right.c))
      .map(({ text, a, b }): KeyColumn => ({ name: text ?? '', kind: kindOf(a, b) }))
    const children = this.#all('family').filter(({ a }) => a === name)
    const effects = [
      ...this.#of('reference', name).flatMap(referenceEffects),
      ...this.#triggered(name),
      ...this.#of('family', name).flatMap(({ a }) => sameRows(a)),
      ...children.flatMap((child) => sameRows(child.name)),
    ]
    return { name, key, effects, personal: guarded === 'true' }
  }

  #view({ name, text }: CatalogRow): ViewSchema {
    const reads = this.#of('read', name).flatMap((row) => {
      return row.a === null ? namedIn(row.text ?? '', this.#names) : [row.a]
    })
    const personal = PERSONAL.test(text ?? '')
    return { name, reads: [...new Set(reads)], effects: this.#triggered(name), personal }
  }

  /** What triggers and rules change. */
  #triggered(name: string): Effect[] {
    return this.#of('trigger', name).flatMap((row) => {
      const bits = Number(row.a)
      const on = EVENTS.filter(([bit]) => (bits & bit) !== 0).map(([, operation]) => operation)
      const written = writtenBy(routineOf(row), this.#known)
      return [...written].map((entity) => ({ entity, on }))
    })
  }
}

function routineOf({ b, c, text }: CatalogRow): Routine {
  return { name: c ?? '', language: b ?? '', body: text ?? '' }
}

function kindOf(type: string | null, deterministic: string | null): KeyKind {
  if (/^int[248]$/.test(type ?? '')) return 'integer'
  if (type === 'uuid') return 'uuid'
  // char(n) and citext compare what is not equal byte by byte.
  return /^(?:text|varchar)$/.test(type ?? '') && deterministic === 'true' ? 'text' : 'other'
}

/** `c` cascade, `n` set null, `d` set default. */
function referenceEffects({ a, b, c, text }: CatalogRow): Effect[] {
  const entity = a ?? ''
  const effects: Effect[] = []
  if (/[cnd]/.test(b ?? ''))
    effects.push({ entity, on: ['delete'], operation: b === 'c' ? 'delete' : 'update' })
  const columns = JSON.parse(text ?? '[]') as string[]
  if (/[cnd]/.test(c ?? '')) effects.push({ entity, on: ['update'], operation: 'update', columns })
  return effects
}

/** A partition and its parent are two names of the same rows. */
function sameRows(entity: string | null): Effect[] {
  return OPERATIONS.map((operation) => ({ entity: entity ?? '', on: [operation], operation }))
}
