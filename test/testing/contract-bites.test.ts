import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { StoreDefinition } from '../../src/base/store.ts'
import { memory } from '../../src/stores/memory/memory.ts'
import { checkStore, contractCases } from '../../src/testing/store-contract.ts'
import { storeProperties } from '../../src/testing/store-properties.ts'
import { BROKEN_INTENTS } from './broken-intents.ts'
import { BROKEN_MARKS } from './broken-marks.ts'
import { BROKEN } from './broken-stores.ts'
import { inFakeTime } from './harness.ts'
import { SUBTLY_BROKEN } from './subtly-broken-stores.ts'

describe('the store contract', () => {
  it('has more than 120 cases, no two alike', () => {
    const sentences = contractCases().map(({ behaviour, says }) => `${behaviour}: ${says}`)

    expect(sentences.length).toBeGreaterThan(120)
    expect(new Set(sentences).size).toBe(sentences.length)
  })

  it('finds nothing wrong with the memory store', async () => {
    expect(await checkStore(() => inFakeTime(memory()))).toEqual([])
  })

  it.each(BROKEN)('notices when %s', async (_, definition) => {
    const failures = await checkStore(() => inFakeTime(definition()))

    expect(failures.length).toBeGreaterThan(0)
  })

  it.each([...SUBTLY_BROKEN, ...BROKEN_MARKS, ...BROKEN_INTENTS])(
    'notices when %s',
    async (_, definition, sentence) => {
      const failures = await checkStore(() => inFakeTime(definition()))

      expect(failures.map(({ says }) => says)).toContainEqual(expect.stringContaining(sentence))
    },
  )
})

describe('the store model', () => {
  // What a single process, one call at a time and two keys can show: the contract's own cases are there for the rest.
  const BEYOND = [
    'half of a call is written before the other half is refused',
    'the order of the keys gets lost',
    'the head of a scan is a pattern',
    'an aborted call goes ahead',
    'close does nothing',
  ]
  const within = BROKEN.filter(([name]) => !BEYOND.includes(name))

  it.each(within)('notices when %s', async (_, definition) => {
    await expect(judge(definition)).rejects.toThrow('After:')
  })

  it.each([...BROKEN_MARKS, ...BROKEN_INTENTS])('notices when %s', async (_, definition) => {
    await expect(judge(definition)).rejects.toThrow('After:')
  })
})

/** Runs the property once with fixed dice; rejects with the first sequence that fails. */
async function judge(definition: () => StoreDefinition): Promise<void> {
  const bodies: (() => Promise<void>)[] = []
  const runner = {
    describe: (_: string, body: () => void) => body(),
    it: (_: string, body: () => Promise<void>) => void bodies.push(body),
  }
  const seeded = {
    ...fc,
    assert: (property: fc.IAsyncProperty<unknown>, parameters: { numRuns: number }) =>
      fc.assert(property, {
        ...parameters,
        seed: 7,
        endOnFailure: true,
        includeErrorInReport: true,
      }),
  }
  storeProperties('broken', () => inFakeTime(definition()), runner, seeded, { runs: 1500 })
  for (const body of bodies) await body()
}
