// What a command writes, read from its document as the driver sends it. Source: the manual, "Database Commands".
import { type Change, EVERY_ENTITY, type Operation, type Row } from '../../change.ts'
import { HARMLESS } from './harmless.ts'
import { idsIn, idText } from './ids.ts'

export type Command = Readonly<Record<string, unknown>>

/** What a command is to the cache. */
export type Act =
  | { readonly kind: 'read' }
  | { readonly kind: 'write'; readonly changes: readonly Change[] }
  | { readonly kind: 'commit' }
  | { readonly kind: 'abort' }

const READ: Act = { kind: 'read' }

/** A collection as changes and tags call it: with its database where that is not the client's own. */
export function entityOf(database: string, collection: string, home: string): string {
  return database === home ? collection : `${database}.${collection}`
}

/**
 * @param database that the command goes to
 * @param home the client's own database
 */
export function actOf(command: Command, database: string, home: string): Act {
  const name = Object.keys(command)[0] ?? ''
  const named = (collection: unknown, within = database): string =>
    entityOf(within, String(collection), home)
  const whole = (...entities: string[]): Act => ({
    kind: 'write',
    changes: entities.map((entity) => ({ entity, operation: 'unknown' })),
  })
  const own = named(command[name])

  switch (name) {
    case 'insert':
      return { kind: 'write', changes: [inserted(own, listIn(command['documents']))] }
    case 'update':
      return {
        kind: 'write',
        changes: listIn(command['updates']).map((each) => updated(own, each)),
      }
    case 'delete': {
      const changes = listIn(command['deletes']).map((each) =>
        met(own, 'delete', each['q'], each['collation']),
      )
      return { kind: 'write', changes }
    }
    case 'findAndModify':
    case 'findandmodify': {
      const operation = operationOf(command['remove'] === true ? 'delete' : 'update', command)
      return {
        kind: 'write',
        changes: [met(own, operation, command['query'], command['collation'])],
      }
    }
    case 'bulkWrite':
      return { kind: 'write', changes: inBulk(command, home) }
    case 'aggregate': {
      const target = targetOf(listIn(command['pipeline']).at(-1), database)
      return target === undefined ? READ : whole(named(target.collection, target.database))
    }
    case 'mapReduce':
    case 'mapreduce': {
      const target = outOf(command['out'], database)
      return target === undefined ? READ : whole(named(target.collection, target.database))
    }
    case 'renameCollection':
      return whole(...[command[name], command['to']].map((each) => fromNamespace(each, home)))
    case 'drop':
    case 'create':
    case 'collMod':
    case 'convertToCapped':
      return whole(own)
    case 'cloneCollectionAsCapped':
      return whole(named(command['toCollection']))
    case 'dropDatabase':
      return whole(EVERY_ENTITY)
    case 'commitTransaction':
      return { kind: 'commit' }
    case 'abortTransaction':
      return { kind: 'abort' }
    default:
      return HARMLESS.has(name) ? READ : whole(EVERY_ENTITY)
  }
}

function inserted(entity: string, documents: readonly Row[]): Change {
  const ids = documents.map((document) => idText(document['_id']))
  const known = ids.every((id) => id !== undefined)
  return { entity, operation: 'insert', ids: known ? ids : undefined, after: documents }
}

function updated(entity: string, update: Row): Change {
  return met(entity, operationOf('update', update), update['q'], update['collation'])
}

/** An upsert may insert. */
function operationOf(operation: Operation, { upsert }: Row): Operation {
  return upsert === true ? 'unknown' : operation
}

function met(entity: string, operation: Operation, filter: unknown, collation: unknown): Change {
  return { entity, operation, ids: idsIn(filter, collation) }
}

/** `client.bulkWrite` of MongoDB 8: operations that say by a number which of the named collections they mean. */
function inBulk(command: Command, home: string): Change[] {
  const entities = listIn(command['nsInfo']).map(({ ns }) => fromNamespace(ns, home))
  return listIn(command['ops']).map((operation): Change => {
    const { insert, update, filter, collation } = operation
    const entity = entities[Number(insert ?? update ?? operation['delete'])] ?? EVERY_ENTITY
    if (insert !== undefined) return inserted(entity, [(operation['document'] ?? {}) as Row])
    const kind = operationOf(update === undefined ? 'delete' : 'update', operation)
    return met(entity, kind, filter, collation)
  })
}

/** Of `$out`, `$merge` and `mapReduce`. */
interface OutDocument {
  readonly db?: string
  readonly coll?: string
  readonly replace?: string
  readonly merge?: string
  readonly reduce?: string
}

interface Target {
  readonly database: string
  readonly collection: unknown
}

/** Where `$out` or `$merge` writes to. */
function targetOf(stage: Row | undefined, database: string): Target | undefined {
  const merge = stage?.['$merge'] as Row | string | undefined
  const into = typeof merge === 'object' ? merge['into'] : merge
  return outOf(into ?? stage?.['$out'], database)
}

function outOf(out: unknown, database: string): Target | undefined {
  if (typeof out === 'string') return { database, collection: out }
  if (typeof out !== 'object' || out === null) return undefined
  const { coll, db = database, replace, merge, reduce } = out as OutDocument
  const collection = coll ?? replace ?? merge ?? reduce
  return collection === undefined ? undefined : { database: db, collection }
}

function fromNamespace(namespace: unknown, home: string): string {
  const text = String(namespace)
  const dot = text.indexOf('.')
  return entityOf(text.slice(0, dot), text.slice(dot + 1), home)
}

/** A list, also one that the driver sends as a document sequence. */
function listIn(value: unknown): readonly Row[] {
  if (Array.isArray(value)) return value as readonly Row[]
  const documents = (value as { readonly documents?: unknown } | null | undefined)?.documents
  return Array.isArray(documents) ? (documents as readonly Row[]) : []
}
