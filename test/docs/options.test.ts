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

describe('the table of options', () => {
  const rows = rowsOf('options.md')

  it('lists every option of an alias', () => {
    expect([...rows.keys()]).toEqual([...ALIAS_OPTIONS])
  })

  it('gives the defaults that are in force', () => {
    const shown = Object.fromEntries([...rows].filter(([name]) => name in ALIAS_DEFAULTS))
    const inForce = Object.fromEntries(
      Object.entries(ALIAS_DEFAULTS).map(([name, value]) => [
        name,
        typeof value === 'string' ? `\`'${value}'\`` : `\`${value}\``,
      ]),
    )

    expect(shown).toEqual(inForce)
  })
})

describe("the table of the Redis store's options", () => {
  it('gives the deadlines and bounds that are in force', () => {
    const rows = rowsOf('stores/redis.md')

    expect(rows.get('commandTimeout')).toBe(`\`'${REDIS_DEFAULTS.commandTimeout}'\``)
    expect(rows.get('connectTimeout')).toBe(`\`'${REDIS_DEFAULTS.connectTimeout}'\``)
    expect(rows.get('maxQueued')).toBe(`\`${REDIS_DEFAULTS.maxQueued}\``)
    expect(rows.get('connections')).toBe(`\`${REDIS_DEFAULTS.connections}\``)
  })
})
