import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'

describe('the table of advice', () => {
  it('has every code that a check-up can find, with its severity', async () => {
    const source = await readFile('src/stores/redis/checkup/verdict.ts', 'utf8')
    const said = [...source.matchAll(/say\(\s*'(error|warning)',\s*'([a-z-]+)'/g)].map(
      ([, severity, code]) => `${code} ${severity}`,
    )
    const page = await readFile('docs/stores/redis.md', 'utf8')
    const told = [...page.matchAll(/^\| `([a-z-]+)` \| (error|warning) \|/gm)].map(
      ([, code, severity]) => `${code} ${severity}`,
    )

    expect(said.length).toBeGreaterThan(10)
    expect(told.toSorted()).toEqual(said.toSorted())
  })
})
