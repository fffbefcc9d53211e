import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ALIAS_DEFAULTS, ALIAS_OPTIONS } from '../../src/config/alias.ts'
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
  return `\`${JSON.stringify(value).replaceAll('"', "'")}\``
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
