import { PGlite } from '@electric-sql/pglite'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Cache } from '../../../src/cache/cache.ts'
import { schemaOf } from '../../../src/data/adapters/pg/index.ts'
import { trackPglite } from '../../../src/data/adapters/pglite/index.ts'
import { rowTags, tableTag } from '../../../src/data/tags.ts'
import { trackChanges } from '../../../src/data/tracker.ts'
import { FreshCaches } from '../../cache/fresh-caches.ts'

const caches = new FreshCaches()
const cache: Cache = caches.open()
const tracker = trackChanges(cache)
let database: PGlite

beforeAll(async () => {
  database = trackPglite(await PGlite.create(), tracker)
  await database.exec(
    'create table items (id int primary key, n int unique deferrable initially deferred)',
  )
  tracker.learn(await schemaOf(database))
})
beforeEach(async () => {
  await database.exec('truncate items; insert into items values (1, 1), (2, 2)')
  await cache.set('list', 1, { tags: [tableTag('items')] })
  for (const id of [1, 2]) await cache.set(`row ${id}`, 1, { tags: rowTags('items', id) })
})
afterAll(async () => {
  await database.close()
  await caches.close()
})

const living = async (): Promise<string[]> => [
  ...(await cache.getMany(['list', 'row 1', 'row 2'])).keys(),
]

describe('trackPglite', () => {
  it.for([
    ['query', () => database.query('update items set n = 5 where id = $1', [1])],
    [
      'query with RETURNING',
      () => database.query('update items set n = 5 where n = 1 returning id'),
    ],
    ['exec', () => database.exec('update items set n = 5 where id = 1')],
    ['sql', () => database.sql`update items set n = 5 where id = ${1}`],
    [
      'transaction',
      () => database.transaction((tx) => tx.query('update items set n = 5 where id = 1')),
    ],
    [
      'sql in a transaction',
      () => database.transaction((tx) => tx.sql`update items set n = 5 where id = ${1}`),
    ],
    [
      'exec of a whole transaction',
      () => database.exec('begin; update items set n = 5 where id = 1; commit'),
    ],
  ] as const)('invalidates the row and the list: %s', async ([, write]) => {
    await write()

    expect(await living()).toEqual(['row 2'])
  })

  it.for([
    [
      'its work throws',
      () =>
        database.transaction(async (tx) => {
          await tx.query('delete from items')
          throw new Error('rolled back')
        }),
    ],
    [
      'it is rolled back by hand',
      () =>
        database.transaction(async (tx) => {
          await tx.query('delete from items')
          await tx.rollback()
        }),
    ],
    ['COMMIT fails', () => database.transaction((tx) => tx.exec('update items set n = 7'))],
    ['the statement fails', () => database.query('update items set n = 1 / 0')],
  ] as const)('invalidates nothing when %s', async ([, write]) => {
    await write().catch(() => undefined)

    expect(await living()).toHaveLength(3)
    await caches.clock.advance(60_000)
    expect(await living()).toHaveLength(3)
  })

  it('refuses what is no PGlite', () => {
    expect(() => trackPglite({}, tracker)).toThrow(expect.objectContaining({ code: 'E_OPTION' }))
  })
})
