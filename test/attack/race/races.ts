import { type RedisServer, startRedis } from '../../servers/redis.ts'
import type { Judged } from '../verdict.ts'
import { WAYS, type Way } from './messages.ts'
import { PAGES, race } from './race.ts'
import { SiteProcess } from './site-process.ts'

/** Where the pages are, and who makes and who invalidates. */
export const PLACES = ['memory', 'Redis', 'Redis, two processes'] as const

export interface RaceFinding extends Judged {
  readonly place: (typeof PLACES)[number]
  readonly way: Way
  readonly page: (typeof PAGES)[number]
}

/** Every way on every kind of page in every place. */
export async function allRaces(): Promise<readonly RaceFinding[]> {
  const server: RedisServer = await startRedis()
  const processes = await Promise.all([
    SiteProcess.start({ prefix: 'alone' }),
    SiteProcess.start({ prefix: 'one', url: server.url }),
    SiteProcess.start({ prefix: 'two', url: server.url }),
    SiteProcess.start({ prefix: 'two', url: server.url }),
  ])
  try {
    const [alone, one, maker, other] = processes
    const pairs = [
      ['memory', alone, alone],
      ['Redis', one, one],
      ['Redis, two processes', maker, other],
    ] as const
    const findings: RaceFinding[] = []
    for (const [place, makes, asks] of pairs) {
      for (const [number, way] of WAYS.entries()) {
        for (const page of PAGES) {
          const path = `/${number}/${page.replaceAll(' ', '-')}`
          findings.push({ ...(await race(makes, asks, { way, page, path })), place, way, page })
        }
      }
    }
    return findings
  } finally {
    await Promise.all(processes.map((process) => process.stop()))
    await server.stop()
  }
}
