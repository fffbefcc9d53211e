import type { TestSpecification } from 'vitest/node'
import { BaseSequencer } from 'vitest/node'

/**
 * Files that take longest, of which the last to be run would leave one processor idle. Vitest knows by itself what took long
 * the last time; where it has never run (in CI) it goes by the size of files, and here the smallest are among the slowest.
 */
const HEAVY = [
  'stores/sql/contract',
  'examples/store/programs',
  'dashboard/browser',
  'stores/file/interleavings',
  'attack/simple',
  'attack/layered',
  'cache/api',
  'examples/store/jobs',
  'stores/sql/sql',
  'stores/redis-near',
  'attack/floods/floods',
  'vectors/django',
  'testing/contract-bites',
  'sessions/chromium',
  'package/pack',
]

function rankOf({ moduleId }: TestSpecification): number {
  const rank = HEAVY.findIndex((name) => moduleId.endsWith(`/test/${name}.test.ts`))
  return rank === -1 ? HEAVY.length : rank
}

export class HeaviestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // oxlint-disable-next-line unicorn/no-array-sort -- not an array's
    const sorted = await super.sort(files)
    return sorted.toSorted((a, b) => rankOf(a) - rankOf(b))
  }
}
