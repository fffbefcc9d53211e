import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { FleetReport } from '../programs/fleet-member.ts'
import { RawRedis } from '../servers/raw-redis.ts'
import { type RedisServer, startRedis } from '../servers/redis.ts'

const PROGRAM = resolve('.build/test/programs/fleet-member.js')
/** Four times as often as by default, so that the test need not wait. */
const EVERY = '500ms'

async function start(url: string, label: string, viewers: number): Promise<ChildProcess> {
  const child = fork(PROGRAM, [url, label, EVERY, String(viewers)])
  await once(child, 'message')
  return child
}

async function ask(child: ChildProcess): Promise<FleetReport> {
  const answer = once(child, 'message')
  child.send('report')
  return (await answer)[0] as FleetReport
}

/** How often which command was called since the counters were reset. */
async function calls(raw: RawRedis): Promise<Map<string, number>> {
  const text = (await raw.send(['INFO', 'commandstats'])) ?? ''
  const found = text.matchAll(/^cmdstat_([\w|]+):calls=(\d+)/gm)
  return new Map([...found].map(([, name = '', count]) => [name, Number(count)]))
}

describe('a fleet of four processes with fifty viewers', () => {
  let server: RedisServer
  let raw: RawRedis
  let fleet: ChildProcess[]

  beforeAll(async () => {
    server = await startRedis()
    raw = await RawRedis.open(server.port)
    const labels = ['viewed', 'b', 'c', 'd']
    fleet = await Promise.all(
      labels.map((label) => start(server.url, label, label === 'viewed' ? 50 : 0)),
    )
  })
  afterAll(async () => {
    for (const child of fleet) if (child.exitCode === null) child.kill()
    raw.close()
    await server.stop()
  })

  const viewed = async (): Promise<FleetReport> => await ask(fleet[0] as ChildProcess)

  it('asks the server for a few things at each interval, and never searches it for keys', async () => {
    await expect.poll(async () => (await viewed()).labels).toEqual(['b', 'c', 'd', 'viewed'])
    const before = (await viewed()).lists
    await raw.send(['CONFIG', 'RESETSTAT'])

    await expect.poll(async () => (await viewed()).lists).toBeGreaterThan(before + 6)
    const intervals = (await viewed()).lists - before
    const done = await calls(raw)

    expect([...done.keys()].filter((name) => /^(keys|scan|hscan|sscan)/.test(name))).toEqual([])
    const asked = [...done].filter(([name]) => !/^(info|config|client|ping)/.test(name))
    const total = asked.reduce((sum, [, count]) => sum + count, 0)
    // An act is a script and what it calls: of four processes each asks once and tells once, one reads of five notes and two.
    expect(total / intervals).toBeLessThan(60)
    expect(total / intervals).toBeGreaterThan(4)
  })

  it('forgets a process that was killed', async () => {
    const [, , , killed] = fleet
    killed?.kill('SIGKILL')

    await expect.poll(async () => (await viewed()).labels).toEqual(['b', 'c', 'viewed'])
  })

  it('shows a process that was started anew', async () => {
    fleet.push(await start(server.url, 'e', 0))

    await expect.poll(async () => (await viewed()).labels).toEqual(['b', 'c', 'e', 'viewed'])
  })
})
