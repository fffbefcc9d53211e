// Keyv's own tests of a storage adapter, as they are published. Only how many of them ran is ours.
import keyvTestSuite, { keyvIteratorTests } from '@keyv/test-suite'
import Keyv from 'keyv'
import * as vitest from 'vitest'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { keyvStore } from 'breakwater/keyv'
import type { Cache } from '../../src/cache/cache.ts'
import type { TestedStore } from '../cache/stores.ts'
import { opened, STORES } from './stores.ts'

/** What docs/drop-ins.md says. */
const PUBLISHED = 42

describe.each(STORES)('the test suite of Keyv 5, on %s', (_, start) => {
  let store: TestedStore
  let cache: Cache
  const passed: string[] = []
  const counted = {
    ...vitest,
    it(title: string, body: (context: vitest.TestContext) => unknown): void {
      vitest.it(title, async (context) => {
        await body(context)
        passed.push(title)
      })
    },
  }

  beforeAll(async () => {
    store = await start()
    cache = await opened(store)
  })
  afterAll(async () => {
    await store.stop()
  })

  keyvTestSuite(counted as never, Keyv, () => keyvStore(cache))
  keyvIteratorTests(counted as never, Keyv, () => keyvStore(cache))

  it(`has passed all ${PUBLISHED} of its tests`, () => {
    expect(passed).toHaveLength(PUBLISHED)
  })
})
