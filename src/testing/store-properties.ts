import { Bench, type StoreHarness } from './contract/bench.ts'
import type { ContractRunner } from './store-contract.ts'
import { Play } from './store-play.ts'

/** Draws values of a type; what fast-check calls so. */
interface Arbitrary<T> {
  filter(holds: (value: T) => boolean): Arbitrary<T>
}

/** The words of fast-check 3 or 4 that are used; the module itself fits. */
export interface FastCheck {
  nat(max: number): Arbitrary<number>
  array<T>(
    each: Arbitrary<T>,
    constraints: { minLength?: number; maxLength?: number; size?: 'max' },
  ): Arbitrary<T[]>
  asyncProperty<T>(each: Arbitrary<T>, holds: (value: T) => Promise<void>): unknown
  assert(property: never, parameters: { numRuns: number }): unknown
}

/** How many cases are tried, and whether the store keeps time. */
export interface PropertyOptions {
  /** Sequences of acts to try. Default 200. */
  readonly runs?: number
  /**
   * Whether time passes between acts. Default `true`; `false` for a store whose clock cannot be moved, such as a server's:
   * waiting would cost seconds a run.
   */
  readonly timed?: boolean
}

/**
 * Random sequences of acts by two processes, compared act by act with a model of one Map: what the store answers, what it
 * holds afterwards, whom it told. A failing sequence is shrunk by fast-check and shown in words.
 *
 * @param open as for `storeContract`
 * @param fastCheck the module: `import fc from 'fast-check'`
 */
export function storeProperties(
  name: string,
  open: () => StoreHarness | Promise<StoreHarness>,
  runner: ContractRunner,
  fastCheck: FastCheck,
  { runs = 200, timed = true }: PropertyOptions = {},
): void {
  const act = fastCheck.array(fastCheck.nat(419), { minLength: 8, maxLength: 8 })
  // 'max': otherwise a sequence rarely has more than ten acts, and some faults need more to show.
  const sequences = fastCheck.array(act, { minLength: 1, maxLength: 40, size: 'max' })
  runner.describe(`${name} answers as the model of a store`, () => {
    runner.it('whatever two processes do, in any order', async () => {
      const property = fastCheck.asyncProperty(sequences, async (sequence) => {
        await runSequence(await open(), sequence, timed)
      })
      await fastCheck.assert(property as never, { numRuns: runs })
    })
  })
}

async function runSequence(
  harness: StoreHarness,
  sequence: readonly (readonly number[])[],
  timed: boolean,
): Promise<void> {
  const bench = new Bench(harness)
  const play = new Play(bench, timed)
  try {
    for (const numbers of sequence) await play.next(numbers)
    await play.end()
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    throw new Error(`${message}\nAfter:\n  ${play.told.join('\n  ')}`, { cause: error })
  } finally {
    await bench.done()
  }
}
