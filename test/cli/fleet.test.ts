import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Caches, createCaches } from '../../src/config/create-caches.ts'
import { joinFleet } from '../../src/fleet/join-fleet.ts'
import { redis } from '../../src/stores/redis/redis.ts'
import { type RedisServer, startRedis } from '../servers/redis.ts'
import { breakwater, inTerminal } from './breakwater.ts'

const EVERY = '500ms'
const LEAVES_SCREEN = '\u001b[?25h\u001b[?1049l'

describe('commands that show a fleet', () => {
  let server: RedisServer
  const fleet: Caches[] = []
  let url: string
  let working: NodeJS.Timeout

  beforeAll(async () => {
    server = await startRedis()
    url = `${server.url}?prefix=shop`
    for (const label of ['web', 'worker']) {
      const caches = createCaches({ default: { store: redis(server.url), prefix: 'shop' } })
      joinFleet(caches, { label, every: EVERY })
      fleet.push(caches)
    }
    working = setInterval(() => {
      for (const { default: cache } of fleet) {
        const id = Math.floor(Math.random() * 20)
        void cache.getOrSet(['product', id], () => id)
        void cache.get(['nothing', '\u001b[31m', id])
      }
    }, 20)
  })
  afterAll(async () => {
    clearInterval(working)
    await Promise.all(fleet.map((caches) => caches.close()))
    await server.stop()
  })

  const shown = ['--every', EVERY]

  it('sums up what all processes have done, and says how the server is', async () => {
    const [text, json] = await Promise.all([
      breakwater(['stats', '--url', url, ...shown]),
      breakwater(['stats', '--url', url, ...shown, '--json', '--since', '1s']),
    ])

    expect(text.stdout).toMatch(/^\ndefault {2}redis {2}2 processes, [\d.]+ (s|ms|min)\n/)
    expect(text.stdout).toMatch(/\n {2}hit rate +\d+\.\d %/)
    expect(text.stdout).toMatch(/\n {2}product:\* +[\d,]+ +\d+\.\d %/)
    expect(text.stdout).toMatch(/\n {2}server +\d.*clients/)
    expect(text.stdout).not.toContain('\u001b')
    const told = JSON.parse(json.stdout) as { measures: { counts: { misses: number } }[] }
    expect(told).toMatchObject({
      processes: [{ label: 'web' }, { label: 'worker' }],
      measures: [{ alias: 'default', restarted: false }],
      servers: [{ alias: 'default', reachable: true }],
    })
    const counted = fleet.map(({ default: cache }) => cache.measures().counts.misses)
    const { misses } = told.measures[0]?.counts ?? { misses: 0 }
    expect(misses).toBeGreaterThan(0)
    expect(misses).toBeLessThan(counted.reduce((sum, count) => sum + count, 0))
  })

  it('shows one picture where nobody looks', async () => {
    const [text, json] = await Promise.all([
      breakwater(['top', '--url', url, ...shown]),
      breakwater(['top', '--url', url, ...shown, '--json', '--processes']),
    ])

    expect(text.stdout).toMatch(/^breakwater top {2}2 processes on 1 host/)
    expect(text.stdout).toMatch(/\nproduct:\* +[\d.]+\/s/)
    expect(JSON.parse(json.stdout)).toMatchObject({
      rows: [
        { name: expect.stringMatching(/^w/), state: 'up' },
        { name: expect.stringMatching(/^w/), state: 'up' },
      ],
    })
  })

  it('is live in a terminal, obeys its keys, and leaves the terminal as it was', async () => {
    const keys = ['p', 'r', 's', 'q']
    const waitsFor = ['product:*', 'PROCESS', 'reversed', 'sorted by misses']
    const { code, stdout } = await inTerminal(['top', '--url', url, ...shown], {
      keys(text) {
        if (waitsFor[0] === undefined || !text.includes(waitsFor[0])) return undefined
        waitsFor.shift()
        return keys.shift()
      },
    })

    expect(waitsFor).toEqual([])
    expect(stdout.startsWith('\u001b[?1049h\u001b[?25l')).toBe(true)
    expect(stdout.endsWith(LEAVES_SCREEN)).toBe(true)
    expect(code).toBe(0)
  })

  it('leaves the terminal as it was when it is interrupted', async () => {
    let pressed = false
    const { stdout } = await inTerminal(['top', '--url', url, ...shown], {
      keys(text) {
        if (pressed || !text.includes('quit')) return undefined
        pressed = true
        return '\u0003'
      },
    })

    expect(stdout).toContain(LEAVES_SCREEN)
  })

  it('goes on until it is interrupted, and then ends with 130', async () => {
    const args = ['stats', '--url', url, ...shown, '--watch', '--json']
    const { code, stderr, stdout } = await breakwater(args, {
      on: (text, kill) => (text.split('\n').length > 2 ? kill('SIGINT') : undefined),
    })

    const lines = stdout.trim().split('\n')
    expect(lines.length).toBeGreaterThanOrEqual(2)
    for (const line of lines) expect(JSON.parse(line)).toHaveProperty('measures')
    expect([code, stderr]).toEqual([130, 'Interrupted.\n'])
  })

  it('says what is missing where no process tells, and fails where the store is away', async () => {
    const [nobody, away] = await Promise.all([
      breakwater(['stats', '--url', `${server.url}?prefix=other`, ...shown]),
      breakwater(['top', '--url', 'redis://127.0.0.1:1', ...shown]),
    ])

    expect([nobody.code, nobody.stderr]).toEqual([0, expect.stringContaining('joinFleet(caches)')])
    expect([away.code, away.stderr]).toEqual([1, expect.stringContaining('No connection to Redis')])
  })
})
