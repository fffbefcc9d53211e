import { afterAll, beforeAll, describe, it } from 'vitest'
import { memory } from '../../src/stores/memory/memory.ts'
import { redis } from '../../src/stores/redis/redis.ts'
import { storeContract } from '../../src/testing/store-contract.ts'
import { type RedisServer, startRedis } from '../servers/redis.ts'
import { inFakeTime, inRealTime } from '../testing/harness.ts'

storeContract('memory, frozen values,', () => inFakeTime(memory()), { describe, it })
storeContract('memory, copied values,', () => inFakeTime(memory({ values: 'copied' })), {
  describe,
  it,
})

describe('on a real server', () => {
  let server: RedisServer

  beforeAll(async () => {
    server = await startRedis()
  })
  afterAll(async () => {
    await server.stop()
  })

  storeContract('redis', () => inRealTime(() => redis(server.url)), { describe, it })
})
