import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { aftermath, FLOODS, MOST_BYTES, MOST_ENTRIES } from './floods.ts'

describe('after a flood', () => {
  it.each(FLOODS)(
    'of $asked $name the store keeps its limits, and nothing else is left',
    async (flood) => {
      const left = await aftermath(flood)

      expect(left.bytes).toBeLessThanOrEqual(MOST_BYTES)
      expect(left.entries).toBeLessThanOrEqual(MOST_ENTRIES)
      expect(left).toMatchObject({ making: 0, probing: 0, refreshing: 0, timers: 0 })
      // Those of one address: option maxVariants.
      expect(left.variants).toBeLessThanOrEqual(64)
      expect(left.next[1]).toMatch(/; hit/)
    },
  )
})

describe('the heap of a process', () => {
  it(
    'is not larger after another three thousand requests, no two of which are alike',
    { timeout: 120_000 },
    async () => {
      const program = ['--expose-gc', '.build/test/attack/floods/heap.js']

      const { stdout } = await promisify(execFile)(process.execPath, program)

      // All that the store may take is 1 MB; what leaked a kilobyte a request would take three more.
      expect(Number(/^grew by (-?\d+) bytes/.exec(stdout)?.[1])).toBeLessThan(2_500_000)
    },
  )
})
