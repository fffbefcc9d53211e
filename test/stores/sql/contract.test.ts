import fc from 'fast-check'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { sql } from '../../../src/stores/sql/index.ts'
import { storeContract } from '../../../src/testing/store-contract.ts'
import { storeProperties } from '../../../src/testing/store-properties.ts'
import { IS_LONG } from '../../setup/long.ts'
import { inRealTime } from '../../testing/harness.ts'
import { DATABASES, type TestedDatabase } from './databases.ts'

const runner = { describe, it }
/** Sequences of up to forty acts, each a transaction or two: drawn anew in each run, so that few add up. */
const RUNS = IS_LONG ? 30 : 10

describe.each(DATABASES)('on %s', (name, start) => {
  let database: TestedDatabase

  beforeAll(async () => {
    database = await start()
  }, 60_000)
  afterAll(async () => {
    await database.stop()
  })

  const open = () => inRealTime(() => sql(database.client, { timeout: '20s' }))
  storeContract(name, open, runner)
  storeProperties(name, open, runner, fc, { runs: RUNS, timed: false })
})
