// Part B6, and the file backend: what lies in the table and in the folder, both ways.
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import {
  cacheFileName,
  djangoKey,
  fromCacheFile,
  fromDatabaseRow,
  toCacheFile,
  toDatabaseRow,
} from 'breakwater/django'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Django, startDjango } from './django.ts'
import { READ_ONLY, ROWS, type Row } from './rows.ts'

let django: Django
let database: Database.Database

beforeAll(async () => {
  django = await startDjango({ redis: 'redis://127.0.0.1:1' })
  database = new Database(join(django.folder, 'django.sqlite3'))
})

afterAll(async () => {
  database?.close()
  await django?.stop()
})

const WRITABLE = ROWS.filter(({ write }) => write !== READ_ONLY)

function written(row: Row): unknown {
  return 'write' in row && typeof row.write !== 'symbol' ? row.write : row.value
}

describe('a row of the cache table', () => {
  const key = djangoKey('row')
  const read = (): { value: string; expires: string } =>
    database.prepare('SELECT value, expires FROM cache_table WHERE cache_key = ?').get(key) as never
  const write = (row: { value: string; expires: string }): void => {
    database
      .prepare('INSERT OR REPLACE INTO cache_table (cache_key, value, expires) VALUES (?, ?, ?)')
      .run(key, row.value, row.expires)
  }

  it.each(ROWS)('that Django made of $python is read', async ({ python, value }) => {
    await django.run(`caches['database'].set('row', ${python})`)

    expect(fromDatabaseRow(read()).value).toStrictEqual(value)
  })

  it.each(WRITABLE)('that Node made is $python to Django', async (row) => {
    write(toDatabaseRow(written(row), Date.now() + 60_000))

    expect(await django.run(`same(caches['database'].get('row'), ${row.python})`)).toBe(true)
  })

  it('says when it expires, and that it never does', async () => {
    await django.run("caches['database'].set('row', 1, 100)")
    const left = fromDatabaseRow(read()).expiresAt - Date.now()
    expect(left).toBeGreaterThan(90_000)
    expect(left).toBeLessThanOrEqual(100_000)
    await django.run("caches['database'].set('row', 1, None)")
    expect(fromDatabaseRow(read()).expiresAt).toBe(Infinity)
    expect(toDatabaseRow(1, Infinity).expires).toBe(read().expires)
  })

  it('of Node ends for Django when it says', async () => {
    write(toDatabaseRow(1, Date.now() - 2000))
    expect(await django.run("caches['database'].get('row', 'gone')")).toBe('gone')
    write(toDatabaseRow(1, Infinity))
    expect(await django.run("caches['database'].get('row', 'gone')")).toBe(1)
    // The database backend counts by reading and writing.
    expect(await django.run("caches['database'].incr('row')")).toBe(2)
    expect(fromDatabaseRow(read()).value).toBe(2)
  })

  it('takes the Date that other databases give', () => {
    const { value } = toDatabaseRow('x', 0)

    expect(fromDatabaseRow({ value, expires: new Date(5000) })).toEqual({
      value: 'x',
      expiresAt: 5000,
    })
    expect(fromDatabaseRow({ value, expires: '2024-01-02 03:04:05.000001+00' }).expiresAt).toBe(
      Date.UTC(2024, 0, 2, 3, 4, 5),
    )
  })

  it.each([
    ['a value that is no Base64', { value: '%%%', expires: '2024-01-02 03:04:05' }],
    ['a value that is no pickle', { value: 'AAAA', expires: '2024-01-02 03:04:05' }],
    ['an expiry that is none', { value: 'gARLAS4=', expires: 'soon' }],
    ['an expiry in another zone', { value: 'gARLAS4=', expires: '2024-01-02 03:04:05+02' }],
  ])('is refused with %s', (_, row) => {
    expect(() => fromDatabaseRow(row)).toThrow(
      expect.objectContaining({ code: 'E_DECODE' }) as Error,
    )
  })

  it('cannot be made for no time', () => {
    expect(() => toDatabaseRow(1, NaN)).toThrow(
      expect.objectContaining({ code: 'E_OPTION' }) as Error,
    )
  })
})

describe('a file of the file cache', () => {
  const file = (): string => join(django.folder, 'files', cacheFileName(djangoKey('row')))

  beforeAll(async () => {
    await mkdir(join(django.folder, 'files'), { recursive: true })
  })

  it.each(ROWS)('that Django made of $python is read', async ({ python, value }) => {
    await django.run(`caches['file'].set('row', ${python})`)

    expect(fromCacheFile(await readFile(file())).value).toStrictEqual(value)
  })

  it.each(WRITABLE)('that Node made is $python to Django', async (row) => {
    await writeFile(file(), toCacheFile(written(row), Date.now() + 60_000))

    expect(await django.run(`same(caches['file'].get('row'), ${row.python})`)).toBe(true)
  })

  it('says when it expires, both ways', async () => {
    await django.run("caches['file'].set('row', 1, 100)")
    expect(fromCacheFile(await readFile(file())).expiresAt - Date.now()).toBeGreaterThan(90_000)
    await django.run("caches['file'].set('row', 1, None)")
    expect(fromCacheFile(await readFile(file())).expiresAt).toBe(Infinity)
    await writeFile(file(), toCacheFile(1, Date.now() - 1))
    expect(await django.run("caches['file'].get('row', 'gone')")).toBe('gone')
    await writeFile(file(), toCacheFile(1, Infinity))
    expect(await django.run("caches['file'].incr('row')")).toBe(2)
    expect(fromCacheFile(await readFile(file())).value).toBe(2)
  })

  it('is read after a touch, which may leave bytes behind it', async () => {
    await django.run("caches['file'].set('row', 'x', 100.5)")
    await django.run("caches['file'].touch('row', None)")

    expect(fromCacheFile(await readFile(file()))).toEqual({ value: 'x', expiresAt: Infinity })
  })

  it.each([
    ['nothing in it', Buffer.alloc(0)],
    ['a text for its expiry', Buffer.concat([Buffer.from("S'x'\n.")])],
    ['no stream', Buffer.from('N.')],
    ['a bomb', toCacheFile('x'.repeat(2_000_000), Infinity)],
  ])('is refused with %s', (_, bytes) => {
    expect(() => fromCacheFile(bytes, 1_000_000)).toThrow(
      expect.objectContaining({ code: 'E_DECODE' }) as Error,
    )
  })
})
