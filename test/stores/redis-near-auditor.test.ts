import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Cache } from '../../src/cache/cache.ts'
import { createCaches } from '../../src/config/create-caches.ts'
import { MemoryStore } from '../../src/stores/memory/store.ts'
import { redis } from '../../src/stores/redis/redis.ts'
import { type RedisServer, startRedis } from '../servers/redis.ts'

describe('an auditor beside a near cache', () => {
  let server: RedisServer
  let writer: Cache
  let reader: Cache
  let count = 0

  beforeAll(async () => {
    server = await startRedis()
  })
  beforeEach(() => {
    const prefix = `audit${++count}`
    const open = (): Cache =>
      createCaches({
        default: { store: redis(server.url), prefix, near: { maxStaleness: '200ms' } },
      }).default
    writer = open()
    reader = open()
  })
  afterEach(async () => {
    vi.restoreAllMocks()
    await Promise.all([writer.close(), reader.close()])
  })
  afterAll(async () => {
    await server.stop()
  })

  /** `key` is near the reader, who audits everything that it hears of. */
  async function watching(key: string) {
    await writer.getOrSet(key, () => 1, { tags: ['t'] })
    const copies = async (): Promise<number> => {
      await reader.get(key)
      return (await reader.stats()).near?.hits ?? 0
    }
    await expect.poll(copies, { timeout: 10_000 }).toBeGreaterThan(0)
    return reader.auditor({ sample: 1, ages: ['0ms', '100ms', '400ms'] })
  }

  it('hears what others invalidate, and finds nothing where copies follow', async () => {
    const auditor = await watching('a')
    await writer.invalidate('a')
    await expect.poll(() => auditor.report().heard).toBe(1)
    expect(await reader.getOrSet('a', () => 2, { tags: ['t'] })).toBe(2)
    await writer.invalidateTags(['t'])

    await expect.poll(() => auditor.report().reads).toBe(6)
    expect(auditor.report()).toMatchObject({ invalidated: 0, heard: 2, failed: 0, findings: [] })
  })

  it('reports a copy that stays longer than it may, and not before', async () => {
    const auditor = await watching('a')
    // Copies that cannot be thrown away, as if the code that does it were wrong.
    vi.spyOn(MemoryStore.prototype, 'remove').mockImplementation(async () => {
      throw new Error('not thrown away')
    })
    await writer.invalidate('a')

    await expect.poll(() => auditor.report().reads).toBe(3)
    const { findings, staleByAge } = auditor.report()
    expect(findings).toMatchObject([{ tier: 'near', kind: 'outdated', key: reader.wireKey('a') }])
    expect([...staleByAge.values()]).toEqual([0, 0, 1])
  })

  it('finds what stays near although this process has invalidated it, at once', async () => {
    const auditor = await watching('a')
    vi.spyOn(MemoryStore.prototype, 'remove').mockImplementation(async () => {
      throw new Error('not thrown away')
    })
    await reader.invalidate('a')

    await expect.poll(() => auditor.report().staleByAge.get(0)).toBe(1)
    expect(auditor.report().findings[0]).toMatchObject({ tier: 'near', kind: 'resurrected' })
  })
})
