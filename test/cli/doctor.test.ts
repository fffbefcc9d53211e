import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { RawRedis } from '../servers/raw-redis.ts'
import { type RedisServer, startRedis } from '../servers/redis.ts'
import { breakwater as run, type Ran } from './breakwater.ts'

async function breakwater(...args: string[]): Promise<Ran> {
  return await run(args)
}

describe('breakwater doctor', () => {
  let server: RedisServer

  beforeAll(async () => {
    const args = ['--maxmemory', '50mb', '--maxmemory-policy', 'allkeys-lru']
    server = await startRedis({ args })
  })
  afterAll(async () => {
    await server.stop()
  })

  it('says that all is well, and ends with 0', async () => {
    const { code, stdout } = await breakwater('doctor', server.url)

    expect(stdout).toBe('\ndefault  redis\n  ✓ nothing to complain about\n')
    expect(code).toBe(0)
  })

  it('says what will hurt and what to do, and ends with 1', async () => {
    const raw = await RawRedis.open(server.port)
    await raw.send(['SET', 'bull:mails:meta', 'x'])
    const { code, stdout } = await breakwater('doctor', server.url)
    const json = await breakwater('doctor', server.url, '--json')
    await raw.send(['DEL', 'bull:mails:meta'])
    raw.close()

    expect(stdout).toContain('  ✗ queue-evictable\n')
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain("→ Use a second server for the cache: 'npx")
    expect(code).toBe(1)
    expect(JSON.parse(json.stdout)).toMatchObject([
      {
        alias: 'default',
        store: 'redis',
        findings: [{ code: 'queue-evictable', source: 'server', severity: 'error' }, {}],
      },
    ])
  })

  it('knows a budget from the URL, and ends with 0 where there are warnings alone', async () => {
    const args = ['--maxmemory', '50mb', '--maxmemory-policy', 'noeviction', '--appendonly', 'yes']
    const shared = await startRedis({ args })
    const raw = await RawRedis.open(shared.port)
    await raw.send(['SET', 'bull:mails:meta', 'x'])
    raw.close()

    const without = await breakwater('doctor', shared.url)
    const within = await breakwater('doctor', `${shared.url}?budget=20mb`)
    const beyond = await breakwater('doctor', `${shared.url}?budget=40mb`)
    await shared.stop()

    expect([without.code, within.code, beyond.code]).toEqual([1, 0, 1])
    expect(without.stdout).toContain('✗ queue-starved\n')
    expect(within.stdout).toContain('! queue-shared\n')
    expect(beyond.stdout).toContain('✗ budget-too-large\n')
  })

  it('ends with 1 where nothing answers, and says so without a stack', async () => {
    const { code, stderr } = await breakwater('doctor', 'redis://127.0.0.1:1')

    expect(stderr).toMatch(/^No connection to Redis at redis:\/\/127\.0\.0\.1:1.*\n$/)
    expect(code).toBe(1)
  })
})

describe('breakwater redis:conf', () => {
  it('prints settings of two servers that really start', async () => {
    const { stdout } = await breakwater('redis:conf')
    const [cache = '', data = ''] = stdout.split('\n\n')
    for (const [config, policy] of [
      [cache, 'allkeys-lfu'],
      [data, 'noeviction'],
    ] as const) {
      const settings = config.split('\n').filter((row) => row !== '' && !/^(#|port)/.test(row))
      const args = settings.flatMap((row) => {
        const [name, ...value] = row.split(' ')
        return [`--${name}`, value.join(' ').replaceAll('"', '')]
      })
      const server = await startRedis({ args })
      const raw = await RawRedis.open(server.port)
      expect(await raw.send(['CONFIG', 'GET', 'maxmemory-policy'])).toContain(policy)
      // A queue on the second server: nothing is missing there either.
      if (policy === 'noeviction') await raw.send(['SET', 'bull:mails:meta', 'x'])
      raw.close()
      const { stdout: found } = await breakwater('doctor', `${server.url}?budget=none`)
      expect(found).toContain('nothing to complain about')
      await server.stop()
    }
  })
})
