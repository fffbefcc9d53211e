import fc from 'fast-check'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { memcached } from '../../../src/stores/memcached/index.ts'
import { storeContract } from '../../../src/testing/store-contract.ts'
import { storeProperties } from '../../../src/testing/store-properties.ts'
import { type MemcachedServer, startMemcached } from '../../servers/memcached.ts'
import { inRealTime } from '../../testing/harness.ts'

const runner = { describe, it }

describe.each([1, 3])('on %i real servers', (count) => {
  let servers: readonly MemcachedServer[] = []

  beforeAll(async () => {
    servers = await Promise.all(Array.from({ length: count }, () => startMemcached()))
  })
  afterAll(async () => {
    await Promise.all(servers.map((server) => server.stop()))
  })

  const open = () => inRealTime(() => memcached(urlOf(servers)))
  storeContract('memcached', open, runner)
  storeProperties('memcached', open, runner, fc, { runs: 60, timed: false })
})

function urlOf(servers: readonly MemcachedServer[]): string {
  return `memcached://${servers.map(({ port }) => `127.0.0.1:${port}`).join(',')}`
}
