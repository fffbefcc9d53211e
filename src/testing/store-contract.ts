import { Bench, type ContractCase, type StoreHarness } from './contract/bench.ts'
import { besideIntentCases } from './contract/beside-intents.ts'
import { counterCases } from './contract/counters.ts'
import { fieldIntentCases } from './contract/field-intents.ts'
import { generationCases } from './contract/generations.ts'
import { expiryCases } from './contract/expiry.ts'
import { HONEST } from './contract/honesty.ts'
import { intentCases } from './contract/intents.ts'
import { isolationCases } from './contract/isolation.ts'
import { leaseCases } from './contract/leases.ts'
import { lifeCases } from './contract/life.ts'
import { markCases } from './contract/marks.ts'
import { messageCases } from './contract/messages.ts'
import { takeoverCases } from './contract/takeover.ts'
import { valueCases } from './contract/values.ts'
import { writingCases } from './contract/writing.ts'

/** The two words of a test runner that the suite needs: those of Vitest, Jest, Mocha and node:test fit. */
export interface ContractRunner {
  describe(name: string, body: () => void): unknown
  it(name: string, body: () => Promise<void>): unknown
}

const BEHAVIOURS: readonly (readonly [string, readonly ContractCase[]])[] = [
  ['values', valueCases],
  ['isolation', isolationCases],
  ['writing', writingCases],
  ['expiry', expiryCases],
  ['counters', counterCases],
  ['generations', generationCases],
  ['leases', leaseCases],
  ['takeover', takeoverCases],
  ['marks', markCases],
  ['intents of keys', intentCases],
  ['values beside intents', besideIntentCases],
  ['intents of fields', fieldIntentCases],
  ['messages', messageCases],
  ['life', lifeCases],
]

/** How many times as long a case in real time may take that failed at its own pace. */
const SLOWLY = 10

/** Every case of the contract, by behaviour: for running the suite without a test runner. */
export function contractCases(): readonly { readonly behaviour: string; readonly says: string }[] {
  return BEHAVIOURS.flatMap(([behaviour, cases]) => cases.map(({ says }) => ({ behaviour, says })))
}

/**
 * The contract that every store keeps, as tests: `storeContract('mine', openHarness, { describe, it })`.
 *
 * Nothing is skipped: a store that declares to lack what a case needs is held to that declaration instead.
 *
 * @param open makes an empty store and its clock, anew for each case; where a server is shared, each case has its own prefix
 */
export function storeContract(
  name: string,
  open: () => StoreHarness | Promise<StoreHarness>,
  runner: ContractRunner,
): void {
  runner.describe(`${name} keeps the store contract`, () => {
    for (const [behaviour, cases] of BEHAVIOURS) {
      runner.describe(behaviour, () => {
        for (const each of cases) runner.it(each.says, async () => await runCaseInTime(each, open))
      })
    }
  })
}

/**
 * Runs the whole contract and answers what fails: for checking a store in a program, and the suite itself on broken stores.
 */
export async function checkStore(
  open: () => StoreHarness | Promise<StoreHarness>,
): Promise<readonly { readonly says: string; readonly error: unknown }[]> {
  const failures: { says: string; error: unknown }[] = []
  for (const [, cases] of BEHAVIOURS) {
    for (const each of cases) {
      try {
        await runCase(each, await open())
      } catch (error) {
        failures.push({ says: each.says, error })
      }
    }
  }
  return failures
}

async function runCaseInTime(
  each: ContractCase,
  open: () => StoreHarness | Promise<StoreHarness>,
): Promise<void> {
  const harness = await open()
  try {
    await runCase(each, harness)
  } catch (error) {
    if (harness.isRealTime !== true) throw error
    await runCase(each, await open(), SLOWLY)
  }
}

async function runCase(each: ContractCase, harness: StoreHarness, slowness = 1): Promise<void> {
  const bench = new Bench(harness, slowness)
  const lacks = (each.needs ?? ['keeps']).find((need) => !bench.can[need])
  try {
    await (lacks === undefined ? each.run(bench) : HONEST[lacks](bench))
  } finally {
    await bench.done()
  }
}
