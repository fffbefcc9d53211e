import { CacheError, isCacheError, show } from '../../../base/errors.ts'
import type { Change, Operation } from '../../change.ts'
import { rowId } from '../../tags.ts'
import {
  type DecodedMessage,
  MessageReader,
  type Relation,
  type RowKey,
} from './decoding-message.ts'

/** Rows of one table that are told one by one; of more the whole table counts as changed. */
const MOST_IDS = 1000
/** Under which an application says a change of its own: `pg_logical_emit_message(true, 'breakwater', '{"entity": "prices"}')`. */
const PREFIX = 'breakwater'

/** What was decoded, gathered by table. */
export class DecodedChanges {
  readonly #defaultSchema: string
  readonly #onError: (error: unknown) => void
  readonly #reader = new MessageReader()
  readonly #tables = new Map<string, { operation: Operation; ids: Set<string> | undefined }>()
  readonly #said: Change[] = []
  /** Behind the last transaction. */
  end: bigint | undefined

  constructor(defaultSchema: string, onError: (error: unknown) => void) {
    this.#defaultSchema = defaultSchema
    this.#onError = onError
  }

  take(data: Buffer): void {
    const message: DecodedMessage = this.#reader.read(data)
    if (message.kind === 'commit') this.end = message.end
    else if (message.kind === 'truncate')
      for (const relation of message.relations) this.#add(relation, 'unknown', [undefined])
    else if (message.kind === 'message') this.#hear(message.prefix, message.content)
    else if (message.kind !== 'other') this.#add(message.relation, message.kind, message.keys)
  }

  get list(): Change[] {
    const tables = [...this.#tables].map(([entity, { operation, ids }]): Change =>
      ids === undefined ? { entity, operation } : { entity, operation, ids: [...ids] },
    )
    return [...tables, ...this.#said]
  }

  #add({ schema, table }: Relation, operation: Operation, keys: readonly RowKey[]): void {
    const entity = schema === this.#defaultSchema ? table : `${schema}.${table}`
    let found = this.#tables.get(entity)
    if (found === undefined) {
      found = { operation, ids: new Set() }
      this.#tables.set(entity, found)
    }
    if (found.operation !== operation) found.operation = 'unknown'
    for (const key of keys) {
      if (key === undefined) found.ids = undefined
      else found.ids?.add(rowId(...key))
    }
    if (found.ids !== undefined && found.ids.size > MOST_IDS) found.ids = undefined
  }

  /** What cannot be understood is told of, and stops nothing: it would come again for ever. */
  #hear(prefix: string, content: string): void {
    if (prefix !== PREFIX) return
    try {
      const given: unknown = JSON.parse(content)
      for (const each of Array.isArray(given) ? given : [given]) this.#said.push(changeOf(each))
    } catch (error) {
      const message = `A message of the application could not be understood: ${show(content)}.`
      this.#onError(
        isCacheError(error) ? error : new CacheError('E_OPTION', message, { cause: error }),
      )
    }
  }
}

function changeOf(given: unknown): Change {
  const { entity, operation = 'unknown', ids } = (given ?? {}) as Record<string, unknown>
  const isKnown = ['insert', 'update', 'delete', 'unknown'].includes(operation as string)
  const isList =
    ids === undefined ||
    (Array.isArray(ids) && ids.every((id) => ['string', 'number'].includes(typeof id)))
  if (typeof entity !== 'string' || entity === '' || !isKnown || !isList) {
    throw new CacheError(
      'E_OPTION',
      `A message of the application: expected {"entity": "products", "operation": "update", "ids": [7]}, got ${show(given)}.`,
    )
  }
  const change = { entity, operation: operation as Operation }
  return ids === undefined ? change : { ...change, ids: (ids as unknown[]).map(String) }
}
