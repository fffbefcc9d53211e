import fc from 'fast-check'
import { describe, it } from 'vitest'
import { storeContract } from '../../../src/testing/store-contract.ts'
import { storeProperties } from '../../../src/testing/store-properties.ts'
import { filesHarness } from './open-files.ts'

const runner = { describe, it }
storeContract('file', filesHarness, runner)
// Not timed: when exactly an abandoned lease is forgotten is the place's own.
storeProperties('file', filesHarness, runner, fc, { runs: 60, timed: false })
