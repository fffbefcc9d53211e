// Which tables a query of Prisma reads: those of its model and of every relation that its arguments name, in whichever place.
import type { Dialect } from '../../dialect.ts'

interface Field {
  readonly name: string
  /** `object`: a relation. */
  readonly kind: string
  /** Of a relation, the model at its other end. */
  readonly type: string
  readonly dbName?: string | null
  readonly relationName?: string
  /** Of a relation, whether it leads to many; `undefined`: not known. */
  readonly isList?: boolean
}

export interface Model {
  readonly dbName?: string | null
  readonly schema?: string | null
  readonly fields: readonly Field[]
}

/** By the model's name. */
export type Models = Readonly<Record<string, Model>>

/** What a client of Prisma knows of its schema, both parts of it internal. */
export interface Described {
  readonly _runtimeDataModel?: { readonly models: Models }
  /** With the text of the schema, the only place that tells lists. */
  readonly _engineConfig?: { readonly inlineSchema?: string }
}

const MODEL = /^\s*(?:model|view)\s+(\w+)\s*\{([^]*?)^\s*\}/gm
const FIELD = /^[ \t]*(\w+)[ \t]+\w+(\[\])?/gm

/** The models of a client. */
export function modelsOf({ _runtimeDataModel, _engineConfig }: Described): Models {
  const isList = new Map<string, boolean>()
  for (const [, model = '', body = ''] of (_engineConfig?.inlineSchema ?? '').matchAll(MODEL)) {
    for (const [, field = '', list] of body.matchAll(FIELD))
      isList.set(`${model}.${field}`, list !== undefined)
  }
  const models = Object.entries(_runtimeDataModel?.models ?? {}).map(([name, model]) => {
    const fields = model.fields.map((field) => {
      const list = isList.get(`${name}.${field.name}`)
      return list === undefined ? field : { ...field, isList: list }
    })
    return [name, { ...model, fields }] as const
  })
  return Object.fromEntries(models)
}

export interface Table {
  readonly schema: string | undefined
  readonly name: string
}

/** Every table that a query of this model with these arguments reads. */
export function tablesOf(models: Models, name: string, args: unknown): Table[] {
  const tables = new Map<string, Table>()
  const add = (table: Table): void => void tables.set(`${table.schema ?? ''}.${table.name}`, table)
  add(tableOf(models, name))
  visit(models, name, args, add)
  return [...tables.values()]
}

function visit(models: Models, name: string, args: unknown, add: (table: Table) => void): void {
  if (typeof args !== 'object' || args === null) return
  if (Array.isArray(args)) {
    for (const part of args) visit(models, name, part, add)
    return
  }
  const relations = (models[name]?.fields ?? []).filter(({ kind }) => kind === 'object')
  for (const [key, value] of Object.entries(args)) {
    if (value === undefined || value === false) continue
    const relation = relations.find((field) => field.name === key)
    if (relation !== undefined) {
      tablesBetween(models, name, relation).forEach(add)
      visit(models, relation.type, value, add)
    } else if (key === '_count' && value === true) {
      // It counts each relation of the model.
      relations.flatMap((each) => tablesBetween(models, name, each)).forEach(add)
    } else {
      // `where`, `AND`, `some`, `orderBy`, `_count`...: still of this model.
      visit(models, name, value, add)
    }
  }
}

/**
 * The other model's table and, where the relation may be a list at all of its ends, that of a many-to-many relation, which
 * Prisma calls by the relation's name.
 */
function tablesBetween(models: Models, name: string, relation: Field): Table[] {
  const own = tableOf(models, name)
  const other = tableOf(models, relation.type)
  const { relationName } = relation
  const ends = [models[name], models[relation.type]].flatMap((model) =>
    (model?.fields ?? []).filter((field) => field.relationName === relationName),
  )
  if (relationName === undefined || ends.some(({ isList }) => isList === false)) return [other]
  const join = `_${relationName}`
  return [other, { schema: own.schema, name: join }, { schema: other.schema, name: join }]
}

function tableOf(models: Models, name: string): Table {
  const { schema, dbName } = models[name] ?? {}
  return { schema: schema ?? undefined, name: dbName ?? name }
}

/** A name as SQL quotes it. */
export function quoted(name: string, dialect: Dialect): string {
  const quote = dialect === 'mysql' ? '`' : '"'
  return quote + name.replaceAll(quote, quote + quote) + quote
}
