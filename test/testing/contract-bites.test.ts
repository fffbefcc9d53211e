import { describe, expect, it } from 'vitest'
import { memory } from '../../src/stores/memory/memory.ts'
import { checkStore, contractCases } from '../../src/testing/store-contract.ts'
import { BROKEN } from './broken-stores.ts'
import { inFakeTime } from './harness.ts'

describe('the store contract', () => {
  it('has more than 80 cases, no two alike', () => {
    const sentences = contractCases().map(({ behaviour, says }) => `${behaviour}: ${says}`)

    expect(sentences.length).toBeGreaterThan(80)
    expect(new Set(sentences).size).toBe(sentences.length)
  })

  it('finds nothing wrong with the memory store', async () => {
    expect(await checkStore(() => inFakeTime(memory()))).toEqual([])
  })

  it.each(BROKEN)('notices when %s', async (_, definition) => {
    const failures = await checkStore(() => inFakeTime(definition()))

    expect(failures.length).toBeGreaterThan(0)
  })
})
