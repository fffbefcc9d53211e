import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ALIAS_DEFAULTS, ALIAS_OPTIONS } from '../../src/config/alias.ts'

describe('the table of options', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/options.md'), 'utf8')
  const rows = new Map(
    [...page.matchAll(/^\| `(\w+)` \| (.+?) \|/gm)].map(([, name, value]) => [
      name as string,
      value as string,
    ]),
  )

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
