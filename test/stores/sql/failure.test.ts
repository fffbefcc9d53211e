import { describe, expect, it } from 'vitest'
import { isToBeRepeated, outage } from '../../../src/stores/sql/failure.ts'

describe('what a client throws', () => {
  it.each([
    ['a deadlock of PostgreSQL', { code: '40P01' }],
    ['a deadlock of MySQL', { code: 'ER_LOCK_DEADLOCK' }],
    ['a busy SQLite, by better-sqlite3', { code: 'SQLITE_BUSY' }],
    ['one that was busy with its log', { code: 'SQLITE_BUSY_SNAPSHOT' }],
    ['a busy SQLite, by node:sqlite', { code: 'ERR_SQLITE_ERROR', errcode: 5 }],
    ['one whose log is recovered, by node:sqlite', { code: 'ERR_SQLITE_ERROR', errcode: 261 }],
  ])('%s is tried again', (_, error) => {
    expect(isToBeRepeated(error)).toBe(true)
  })

  it.each([
    ['E_STORE_REFUSED', { code: '42501', message: 'permission denied' }],
    ['E_STORE_REFUSED', { code: 'SQLITE_READONLY_DBMOVED', message: 'moved' }],
    ['E_STORE_REFUSED', { code: 'ERR_SQLITE_ERROR', errcode: 13, message: 'full' }],
    ['E_STORE_DOWN', { code: 'ECONNREFUSED', message: '' }],
  ])('is %s for %o', (code, thrown) => {
    const error = Object.assign(new Error(thrown.message), thrown)

    expect(outage(error, 'postgres://db', 'entry')).toMatchObject({ code, cause: error })
  })
})
