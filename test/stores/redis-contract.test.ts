import fc from 'fast-check'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { redis } from '../../src/stores/redis/redis.ts'
import { storeContract } from '../../src/testing/store-contract.ts'
import { storeProperties } from '../../src/testing/store-properties.ts'
import { type RedisServer, startRedis } from '../servers/redis.ts'
import { inRealTime } from '../testing/harness.ts'

describe('on a real server', () => {
  let server: RedisServer

  beforeAll(async () => {
    server = await startRedis()
  })
  afterAll(async () => {
    await server.stop()
  })

  const open = () => inRealTime(() => redis(server.url))
  const runner = { describe, it }

  storeContract('redis', open, runner)
  storeProperties('redis', open, runner, fc, { runs: 60, timed: false })
})
