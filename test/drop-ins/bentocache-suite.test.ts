// BentoCache's own tests of a driver, as they are published.
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { startRedis } from '../servers/redis.ts'

/** What docs/drop-ins.md says. */
const PUBLISHED = 21
const PROGRAM = join(import.meta.dirname, '../../.build/test/programs/bento-suite.js')

/** The tests that passed. Rejects when one failed. */
async function passedOn(store: string | undefined): Promise<string[]> {
  const env = { ...process.env, ...(store === undefined ? {} : { SUITE_STORE: store }) }
  const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM], { env })
  return stdout.split('\n').filter((line) => line.startsWith('passed: '))
}

describe('the test suite of BentoCache’s drivers', () => {
  it.concurrent(`passes all ${PUBLISHED} of its tests on memory`, async () => {
    expect(await passedOn(undefined)).toHaveLength(PUBLISHED)
  })

  it.concurrent(`passes all ${PUBLISHED} of its tests on Redis`, async () => {
    await using server = await startRedis()

    expect(await passedOn(server.url)).toHaveLength(PUBLISHED)
  })
})
