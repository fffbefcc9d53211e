import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ALIAS_DEFAULTS, ALIAS_OPTIONS } from '../../src/config/alias.ts'
import { REQUEST_MEMO_DEFAULTS } from '../../src/cache/request-memo.ts'
import { DEFAULTS as FILE_DEFAULTS } from '../../src/stores/file/file.ts'
import { DEFAULTS as MEMCACHED_DEFAULTS } from '../../src/stores/memcached/options.ts'
import {
  DEFAULTS as SQL_DEFAULTS,
  OPTION_NAMES as SQL_OPTIONS,
} from '../../src/stores/sql/options.ts'
import { DEFAULTS as REDIS_DEFAULTS } from '../../src/stores/redis/options.ts'

function rowsOf(file: string): Map<string, string> {
  const page = readFileSync(join(import.meta.dirname, '../../docs', file), 'utf8')
  return new Map(
    [...page.matchAll(/^\| `(\w+)` \| (.+?) \|/gm)].map(([, name, value]) => [
      name as string,
      value as string,
    ]),
  )
}

function shown(value: unknown): string {
  if (value === Infinity) return '`Infinity`'
  const json = JSON.stringify(value).replaceAll(/"(\w+)":/g, ' $1: ')
  return `\`${json.replaceAll('"', "'").replace('}', ' }')}\``
}

describe('the table of options', () => {
  const rows = rowsOf('options.md')

  it('lists every option of an alias', () => {
    expect([...rows.keys()]).toEqual([...ALIAS_OPTIONS])
  })

  it('gives the defaults that are in force', () => {
    const onPage = Object.fromEntries([...rows].filter(([name]) => name in ALIAS_DEFAULTS))
    const inForce = Object.fromEntries(
      Object.entries(ALIAS_DEFAULTS).map(([name, value]) => [name, shown(value)]),
    )

    expect(onPage).toEqual(inForce)
  })
})

describe("the table of the Redis store's options", () => {
  it('gives the deadlines and bounds that are in force', () => {
    const rows = rowsOf('stores/redis.md')

    expect(rows.get('commandTimeout')).toBe(shown(REDIS_DEFAULTS.commandTimeout))
    expect(rows.get('connectTimeout')).toBe(shown(REDIS_DEFAULTS.connectTimeout))
    expect(rows.get('maxQueued')).toBe(shown(REDIS_DEFAULTS.maxQueued))
    expect(rows.get('connections')).toBe(shown(REDIS_DEFAULTS.connections))
  })
})

describe("the table of the file store's options", () => {
  it('lists all of them, with the defaults that are in force', () => {
    const rows = rowsOf('stores/file.md')
    const inForce = Object.entries(FILE_DEFAULTS).map(([name, value]) => [name, shown(value)])

    expect(new Map(rows)).toEqual(new Map(inForce as [string, string][]))
  })
})

describe("the table of the Memcached store's options", () => {
  it('gives the deadlines and bounds that are in force', () => {
    const rows = rowsOf('stores/memcached.md')

    for (const [name, value] of Object.entries(MEMCACHED_DEFAULTS))
      expect([name, rows.get(name)]).toEqual([name, shown(value)])
  })
})

describe("the table of the SQL store's options", () => {
  it('lists all of them, with the defaults that are in force', () => {
    const rows = rowsOf('stores/sql.md')
    const inForce = SQL_OPTIONS.map((name) => [name, shown(SQL_DEFAULTS[name])] as const)

    for (const [name, value] of inForce) expect([name, rows.get(name)]).toEqual([name, value])
  })
})

describe("the table of a request memo's options", () => {
  it('gives the bounds that are in force', () => {
    const rows = rowsOf('request-memo.md')

    for (const [name, value] of Object.entries(REQUEST_MEMO_DEFAULTS))
      expect([name, rows.get(name)]).toEqual([name, shown(value)])
  })
})
