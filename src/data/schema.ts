// What is known of a database beyond the text of its statements: which names are views, which columns are primary keys, and
// what else changes when a table does (foreign keys with actions, triggers, partitions).
import { type Change, EVERY_ENTITY, type Operation } from './change.ts'

/**
 * How the values of a primary-key column are compared. `integer`, `uuid` and `text` (compared byte by byte) have one spelling
 * for each value; of anything else (`other`: numeric, dates, texts of a collation that folds case) a row is never known by what
 * a condition says.
 */
export type KeyKind = 'integer' | 'uuid' | 'text' | 'other'

/** A column of a primary key. */
export interface KeyColumn {
  /** Of the column. */
  readonly name: string
  /** How its values are written. */
  readonly kind: KeyKind
}

/** What else changes with a table. */
export interface Effect {
  /** {@link EVERY_ENTITY}: it cannot be told. */
  readonly entity: string
  /** Which operations have it. Default: all. */
  readonly on?: readonly Operation[]
  /** An update has it only if it sets one of these columns. Default: any. */
  readonly columns?: readonly string[]
  /** What happens to the other table. Default `'unknown'`. */
  readonly operation?: Operation
}

/** A table, as far as invalidation has to know it. */
export interface TableSchema {
  /** With its schema where it is not in a default one. */
  readonly name: string
  /** The columns of the primary key, in its order. Absent or empty: rows are never known. */
  readonly key?: readonly KeyColumn[]
  /** What writes to it change elsewhere: triggers and cascades. */
  readonly effects?: readonly Effect[]
  /** What a reader gets depends on who asks (row level security): cached queries on it must say their `scope`. */
  readonly personal?: boolean
}

/** A view, as far as invalidation has to know it. */
export interface ViewSchema {
  /** With its schema where it is not in a default one. */
  readonly name: string
  /** The tables and views that it reads. */
  readonly reads: readonly string[]
  /** What else is changed by writing to it: by rules and triggers in its place. */
  readonly effects?: readonly Effect[]
  /** Whether its rows depend on who asks. */
  readonly personal?: boolean
}

/** What a tracker may be told of a database. Names as {@link Change.entity} writes them. */
export interface Schema {
  /** All that statements may name. */
  readonly tables: readonly TableSchema[]
  /** Those among them that are read from others. Default none. */
  readonly views?: readonly ViewSchema[]
  /** The schemas that are left out in front of a name. Default: `public`, and `main` in SQLite. */
  readonly defaultSchema?: string | readonly string[]
}

/** Everything that trackers of one process have learned of a database; grows, and newer knowledge replaces older. */
export class KnownSchema {
  readonly #tables = new Map<string, TableSchema>()
  readonly #views = new Map<string, ViewSchema>()
  /** Names by their lower case, for databases that fold them. */
  readonly #folded = new Map<string, string>()
  readonly #defaultSchemas = new Set<string>()

  learn(schema: Schema): void {
    for (const name of [schema.defaultSchema ?? []].flat()) this.#defaultSchemas.add(name)
    for (const table of schema.tables) {
      this.#tables.set(table.name, table)
      this.#views.delete(table.name)
      this.#folded.set(table.name.toLowerCase(), table.name)
    }
    for (const view of schema.views ?? []) {
      this.#views.set(view.name, view)
      this.#tables.delete(view.name)
      this.#folded.set(view.name.toLowerCase(), view.name)
    }
  }

  get isEmpty(): boolean {
    return this.#tables.size + this.#views.size === 0
  }

  /** The first of those that names need not say. */
  get defaultSchema(): string | undefined {
    return this.#defaultSchemas.values().next().value
  }

  /** Every table that is known. */
  get entities(): readonly string[] {
    return [...this.#tables.keys()]
  }

  table(entity: string): TableSchema | undefined {
    return this.#tables.get(entity)
  }

  has(entity: string): boolean {
    return this.#tables.has(entity) || this.#views.has(entity)
  }

  /** The name under which a table is known: without its schema if that is the default one, as the database spells it. */
  resolve(entity: string): string {
    if (this.has(entity)) return entity
    const point = entity.indexOf('.')
    const isDefault = point > 0 && this.#defaultSchemas.has(entity.slice(0, point))
    const bare = isDefault ? entity.slice(point + 1) : entity
    return this.has(bare) ? bare : (this.#folded.get(bare.toLowerCase()) ?? bare)
  }

  /**
   * The tables that a name may mean: the one that it resolves to, and those of the same name in other schemas where
   * connections look for it elsewhere.
   *
   * @param anywhere a connection was told to look elsewhere
   */
  meant(entity: string, anywhere: boolean): string[] {
    const resolved = this.resolve(entity)
    if (!anywhere || entity.includes('.')) return [resolved]
    const names = [...this.#tables.keys(), ...this.#views.keys()]
    return [resolved, ...names.filter((name) => name.endsWith(`.${entity}`))]
  }

  #effects(entity: string): readonly Effect[] {
    return (this.#tables.get(entity) ?? this.#views.get(entity))?.effects ?? []
  }

  isPersonal(entity: string): boolean {
    return (this.#tables.get(entity) ?? this.#views.get(entity))?.personal === true
  }

  /** A view and the tables under it, however deep; a table alone. */
  under(entity: string): string[] {
    const found = new Set<string>()
    const visit = (name: string): void => {
      if (found.has(name)) return
      found.add(name)
      for (const read of this.#views.get(name)?.reads ?? []) visit(read)
    }
    visit(entity)
    return [...found]
  }

  /**
   * A change with everything that follows from it: what is under a view, foreign keys with actions, triggers, partitions.
   *
   * @param columns what an update sets; `undefined`: not known
   */
  spread(change: Change, columns?: readonly string[]): Change[] {
    const changes: Change[] = [change]
    const seen = new Set<string>([markOf(change)])
    const add = (next: Change): void => {
      if (seen.has(markOf(next))) return
      seen.add(markOf(next))
      changes.push(next)
    }
    for (let index = 0; index < changes.length; index++) {
      const from = changes[index] as Change
      for (const entity of this.#views.get(from.entity)?.reads ?? [])
        add({ entity, operation: from.operation })
      for (const effect of this.#effects(from.entity)) {
        const set = from === change ? columns : undefined
        if (!happens(effect, from.operation, set)) continue
        const named =
          effect.entity === EVERY_ENTITY ? [EVERY_ENTITY, ...this.entities] : [effect.entity]
        for (const entity of named) add({ entity, operation: effect.operation ?? 'unknown' })
      }
    }
    return changes
  }
}

function happens(
  effect: Effect,
  operation: Operation,
  set: readonly string[] | undefined,
): boolean {
  const on = effect.on
  if (on !== undefined && operation !== 'unknown' && !on.includes(operation)) return false
  if (operation !== 'update' || effect.columns === undefined || set === undefined) return true
  return effect.columns.some((column) => set.includes(column))
}

function markOf({ entity, operation }: Change): string {
  return `${operation} ${entity}`
}
