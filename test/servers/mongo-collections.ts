import { BSON } from 'mongodb'

// The little of a database that the stub needs: equality and a few operators, whole-document snapshots for transactions.

export type Document = BSON.Document
type Collections = Map<string, Document[]>

/** Documents by `database.collection`; a change replaces a list and never changes it, so that a copy of the map is a snapshot. */
export class MongoCollections {
  readonly #lists: Collections
  /** What each view shows, all of it. */
  readonly views: Map<string, string>

  constructor(lists: Collections = new Map(), views: Map<string, string> = new Map()) {
    this.#lists = lists
    this.views = views
  }

  snapshot(): MongoCollections {
    return new MongoCollections(new Map(this.#lists), this.views)
  }

  /** Takes over the lists that another one has changed since it was a snapshot of this. */
  adopt(other: MongoCollections, touched: Iterable<string>): void {
    for (const name of touched) this.#lists.set(name, other.list(name))
  }

  list(name: string): Document[] {
    return this.#lists.get(this.views.get(name) ?? name) ?? []
  }

  /** What listCollections says of a name: nothing, if there is nothing. */
  named(namespace: string): Document[] {
    const name = afterDot(namespace)
    const on = this.views.get(namespace)
    if (on !== undefined)
      return [{ name, type: 'view', options: { viewOn: afterDot(on), pipeline: [] } }]
    return this.#lists.has(namespace) ? [{ name, type: 'collection', options: {} }] : []
  }

  replace(name: string, documents: Document[]): void {
    this.#lists.set(name, documents)
  }

  find(name: string, filter: Document = {}): Document[] {
    return this.list(name).filter((document) => matches(document, filter))
  }

  insert(name: string, documents: readonly Document[]): void {
    this.replace(name, [...this.list(name), ...documents])
  }

  update(name: string, filter: Document, change: Document, options: UpdateOptions): Updated {
    const found = this.find(name, filter).slice(0, options.multi === true ? undefined : 1)
    const changed = new Map(found.map((document) => [document, updated(document, change)]))
    this.replace(
      name,
      this.list(name).map((document) => changed.get(document) ?? document),
    )
    if (found.length > 0 || options.upsert !== true)
      return { n: found.length, after: [...changed.values()] }
    const made = updated({ _id: filter['_id'] ?? new BSON.ObjectId() }, change)
    this.insert(name, [made])
    return { n: 1, after: [made], upserted: made['_id'] }
  }

  delete(name: string, filter: Document, limit: number): Document[] {
    const gone = new Set(this.find(name, filter).slice(0, limit === 0 ? undefined : limit))
    this.replace(
      name,
      this.list(name).filter((document) => !gone.has(document)),
    )
    return [...gone]
  }
}

export interface UpdateOptions {
  readonly multi?: unknown
  readonly upsert?: unknown
}

export interface Updated {
  readonly n: number
  readonly after: Document[]
  readonly upserted?: unknown
}

function afterDot(namespace: string): string {
  return namespace.slice(namespace.indexOf('.') + 1)
}

function matches(document: Document, filter: Document): boolean {
  return Object.entries(filter).every(([field, wanted]) => {
    if (field === '$or') return (wanted as Document[]).some((each) => matches(document, each))
    const value = document[field]
    const operators = wanted as Document | null
    if (operators === null || typeof operators !== 'object' || '_bsontype' in operators)
      return same(value, wanted)
    return Object.entries(operators).every(([operator, operand]) => {
      if (operator === '$in') return (operand as unknown[]).some((each) => same(value, each))
      if (operator === '$gt') return Number(value) > Number(operand)
      if (operator === '$lt') return Number(value) < Number(operand)
      if (operator === '$exists') return (value !== undefined) === operand
      if (operator === '$eq') return same(value, operand)
      throw new Error(`This stub does not know ${operator}.`)
    })
  })
}

function updated(document: Document, change: Document): Document {
  const set = change['$set'] as Document | undefined
  const inc = change['$inc'] as Document | undefined
  if (set === undefined && inc === undefined) return { _id: document['_id'], ...change }
  const result = { ...document, ...set }
  for (const [field, by] of Object.entries(inc ?? {}))
    result[field] = Number(result[field] ?? 0) + Number(by)
  return result
}

function same(a: unknown, b: unknown): boolean {
  return BSON.EJSON.stringify([a ?? null]) === BSON.EJSON.stringify([b ?? null])
}
