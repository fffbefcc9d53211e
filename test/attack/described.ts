import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ADAPTERS } from './adapters.ts'
import { Arena, concerns } from './arena.ts'
import type { AdapterName } from './attack.ts'
import { HAZARDS } from './hazards.ts'

const ATTACKS = HAZARDS.flatMap(({ attacks }) => attacks)

/** What `npm run attack` does, as tests. Two files share the adapters between two processes. */
export function describeAttacks(on: readonly AdapterName[]): void {
  describe.each(ADAPTERS.filter(([name]) => on.includes(name)))('an attack on %s', (name, open) => {
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
        if (!concerns(attack, name)) continue
        const { verdict, why } = await arena.run(attack, together)
        const isRight = verdict === 'safe' || (verdict === 'lesser' && attack.lesser !== undefined)
        if (!isRight) found.push(`${verdict}: ${attack.name}: ${why}`)
      }
      expect(found).toEqual([])
    })
  })
}
