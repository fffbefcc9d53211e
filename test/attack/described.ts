import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ADAPTERS } from './adapters.ts'
import { Arena, concerns } from './arena.ts'
import type { AdapterName, Attack } from './attack.ts'
import { HAZARDS } from './hazards.ts'
import { some } from '../setup/long.ts'

const ATTACKS = HAZARDS.flatMap(({ attacks }) => attacks)

/** Its views read a request by every means that there is, and heads are attacked in more ways than elsewhere. */
const WHOLE: AdapterName = 'node:http'
/**
 * The other adapters bring requests and answers to the same cache: on each of them the ordinary run makes the first attack of
 * every hazard and every fifth of all, beginning with another one on each.
 */
const NTH = 5

function chosen(on: AdapterName): ReadonlySet<Attack> {
  const firsts = HAZARDS.flatMap(({ attacks }) => attacks.find((each) => concerns(each, on)) ?? [])
  const from = ADAPTERS.findIndex(([name]) => name === on)
  return new Set(on === WHOLE ? ATTACKS : [...firsts, ...some(ATTACKS, NTH, from)])
}

/** What `npm run attack` does, as tests; `npm run test:long` makes every attack. Two files share the adapters. */
export function describeAttacks(on: readonly AdapterName[]): void {
  describe.each(ADAPTERS.filter(([name]) => on.includes(name)))('an attack on %s', (name, open) => {
    const made = chosen(name)
    let arena: Arena

    beforeAll(async () => {
      arena = await Arena.open(open, ATTACKS)
    })
    afterAll(async () => {
      await arena.close()
    })

    it('is made on pages that are kept', async () => {
      await expect(arena.prove()).resolves.toBeUndefined()
    })

    it.each(HAZARDS)('by $title leaks nothing', async ({ attacks, together = false }) => {
      const found: string[] = []
      for (const attack of attacks) {
        if (!made.has(attack) || !concerns(attack, name)) continue
        const { verdict, why } = await arena.run(attack, together)
        const isRight = verdict === 'safe' || (verdict === 'lesser' && attack.lesser !== undefined)
        if (!isRight) found.push(`${verdict}: ${attack.name}: ${why}`)
      }
      expect(found).toEqual([])
    })
  })
}
