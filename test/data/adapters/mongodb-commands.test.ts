import { BSON } from 'mongodb'
import { describe, expect, it } from 'vitest'
import { actOf, type Command } from '../../../src/data/adapters/mongodb/commands.ts'
import { idsIn, idText } from '../../../src/data/adapters/mongodb/ids.ts'
import { readBy } from '../../../src/data/adapters/mongodb/pipeline.ts'

const { Binary, Decimal128, Double, Int32, Long, ObjectId, UUID } = BSON

/** What a command to the client's own database changes, without the rows. */
function changesOf(command: Command, database = 'shop'): unknown {
  const act = actOf(command, database, 'shop')
  if (act.kind !== 'write') return act.kind
  return act.changes.map(({ entity, operation, ids }) => [entity, operation, ids])
}

describe('actOf', () => {
  it('knows inserted documents by their ids', () => {
    const command = { insert: 'products', documents: [{ _id: 7 }, { _id: 8 }] }

    expect(changesOf(command)).toEqual([['products', 'insert', ['7', '8']]])
  })

  it('reads documents that are sent as a sequence', () => {
    const documents = { field: 'documents', documents: [{ _id: 7 }], chunks: [] }

    expect(changesOf({ insert: 'products', documents })).toEqual([['products', 'insert', ['7']]])
  })

  it('knows an updated or deleted document when the filter names it', () => {
    const updates = [{ q: { _id: 7, price: { $gt: 3 } }, u: {} }]
    const deletes = [{ q: { _id: { $in: [8, 9] } }, limit: 0 }]

    expect(changesOf({ update: 'products', updates })).toEqual([['products', 'update', ['7']]])
    expect(changesOf({ delete: 'products', deletes })).toEqual([['products', 'delete', ['8', '9']]])
  })

  it('falls back to the collection when the filter names no document', () => {
    const updates = [{ q: { price: 3 }, u: {}, multi: true }]

    expect(changesOf({ update: 'products', updates })).toEqual([['products', 'update', undefined]])
  })

  it('lets an upsert be an insert', () => {
    const updates = [{ q: { _id: 7 }, u: {}, upsert: true }]

    expect(changesOf({ update: 'products', updates })).toEqual([['products', 'unknown', ['7']]])
  })

  it('trusts no text under a collation', () => {
    const collation = { locale: 'en', strength: 2 }
    const updates = [{ q: { _id: 'abc' }, u: {}, collation }]

    expect(changesOf({ update: 'products', updates })).toEqual([['products', 'update', undefined]])
  })

  it('knows what findAndModify meets', () => {
    expect(changesOf({ findAndModify: 'products', query: { _id: 7 }, remove: true })).toEqual([
      ['products', 'delete', ['7']],
    ])
    expect(changesOf({ findAndModify: 'products', query: { sku: 1 }, update: {} })).toEqual([
      ['products', 'update', undefined],
    ])
  })

  it('reads the several collections of a client bulk write', () => {
    const ops = [
      { insert: 0, document: { _id: 7 } },
      { update: 1, filter: { _id: 8 }, updateMods: {} },
      { delete: 1, filter: {}, multi: true },
    ]
    const command = { bulkWrite: 1, ops, nsInfo: [{ ns: 'shop.products' }, { ns: 'audit.log' }] }

    expect(changesOf(command, 'admin')).toEqual([
      ['products', 'insert', ['7']],
      ['audit.log', 'update', ['8']],
      ['audit.log', 'delete', undefined],
    ])
  })

  it('finds where a pipeline writes to', () => {
    const into = (stage: object): Command => ({ aggregate: 'products', pipeline: [{}, stage] })

    expect(changesOf(into({ $match: {} }))).toBe('read')
    expect(changesOf(into({ $out: 'copy' }))).toEqual([['copy', 'unknown', undefined]])
    expect(changesOf(into({ $out: { db: 'audit', coll: 'copy' } }))).toEqual([
      ['audit.copy', 'unknown', undefined],
    ])
    expect(changesOf(into({ $merge: 'copy' }))).toEqual([['copy', 'unknown', undefined]])
    expect(changesOf(into({ $merge: { into: { db: 'audit', coll: 'copy' } } }))).toEqual([
      ['audit.copy', 'unknown', undefined],
    ])
  })

  it('counts a collection that comes, goes or is renamed as changed', () => {
    expect(changesOf({ drop: 'products' })).toEqual([['products', 'unknown', undefined]])
    expect(changesOf({ renameCollection: 'shop.a', to: 'shop.b' }, 'admin')).toEqual([
      ['a', 'unknown', undefined],
      ['b', 'unknown', undefined],
    ])
  })

  it('takes a command that it does not know for a change of everything', () => {
    expect(changesOf({ dropDatabase: 1 })).toEqual([['*', 'unknown', undefined]])
    expect(changesOf({ applyOps: [] })).toEqual([['*', 'unknown', undefined]])
    expect(changesOf({ find: 'products' })).toBe('read')
    expect(changesOf({ createIndexes: 'products' })).toBe('read')
  })

  it('sees the ends of transactions', () => {
    expect(changesOf({ commitTransaction: 1 }, 'admin')).toBe('commit')
    expect(changesOf({ abortTransaction: 1 }, 'admin')).toBe('abort')
  })

  it('calls a collection of another database by both names', () => {
    expect(changesOf({ delete: 'log', deletes: [{ q: {} }] }, 'audit')).toEqual([
      ['audit.log', 'delete', undefined],
    ])
  })
})

describe('idText', () => {
  it('writes values that MongoDB holds for equal in one way', () => {
    const id = new ObjectId()
    const uuid = new UUID()

    expect([7, 7n, new Int32(7), new Double(7), Long.fromNumber(7)].map(idText)).toEqual(
      Array.from({ length: 5 }, () => '7'),
    )
    expect(idText(-0)).toBe(idText(0))
    expect(idText(id)).toBe(id.toHexString())
    expect(idText(uuid)).toBe(uuid.toHexString())
    expect(idText('abc')).toBe('abc')
  })

  it('refuses what has several spellings', () => {
    const dated: unknown[] = [new Date(0), new Binary(Buffer.from('a'))]
    const several = [...dated, 1.5, 2 ** 60, new Decimal128('7.0'), null, undefined, { a: 1 }, [7]]

    expect(several.map(idText)).toEqual(several.map(() => undefined))
  })
})

describe('idsIn', () => {
  it('is undefined unless every document is named', () => {
    const filters = [{}, undefined, { sku: 1 }, { _id: /a/ }, { _id: { $gt: 3 } }]
    const many = [...filters, { $or: [{ _id: 1 }] }, { _id: { $in: [1, 1.5] } }]

    expect(many.map((filter) => idsIn(filter))).toEqual(many.map(() => undefined))
  })

  it('sees an id through $eq and $in', () => {
    expect(idsIn({ _id: { $eq: 7 } })).toEqual(['7'])
    expect(idsIn({ _id: { $in: [7, 8] }, a: 1 })).toEqual(['7', '8'])
  })
})

describe('readBy', () => {
  const read = (...pipeline: object[]): string[] | undefined => readBy(pipeline, 'shop', 'shop')

  it('finds the collections of joins at any depth', () => {
    const inner = [{ $unionWith: 'old' }, { $graphLookup: { from: 'tree' } }]

    expect(read({ $match: {} })).toEqual([])
    expect(read({ $lookup: { from: 'categories', pipeline: inner } })).toEqual([
      'categories',
      'old',
      'tree',
    ])
    expect(read({ $facet: { a: [{ $unionWith: { coll: 'b', pipeline: [] } }] } })).toEqual(['b'])
    expect(read({ $lookup: { from: { db: 'audit', coll: 'log' } } })).toEqual(['audit.log'])
  })

  it('refuses pipelines that write or never end', () => {
    expect(read({ $out: 'copy' })).toBeUndefined()
    expect(read({ $facet: { a: [{ $currentOp: {} }] } })).toBeUndefined()
    expect(read({ $changeStream: {} })).toBeUndefined()
  })
})
