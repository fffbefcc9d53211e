import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type GuardedProcess, startGuarded } from './guarded-process.ts'
import { freePort } from './port.ts'
import { RawRedis } from './raw-redis.ts'
import { REDIS_SERVER } from './redis.ts'
import { ServerError } from './server-error.ts'

const READY_MS = 15_000

/** Real sentinels of our own on loopback that watch one primary. */
export interface Sentinels {
  readonly ports: readonly number[]
  /** The port of the primary, as they have it now. */
  primaryPort(): Promise<number>
  /** Ends one of them. */
  kill(index: number): Promise<void>
  stop(): Promise<void>
}

/** Three sentinels, two of whom decide, and who take a primary that is silent for half a second for dead. */
export async function startSentinels(primaryPort: number, group: string): Promise<Sentinels> {
  const dir = await mkdtemp(join(tmpdir(), 'breakwater-sentinel-'))
  const started: { process: GuardedProcess; port: number }[] = []
  const stop = async (): Promise<void> => {
    await Promise.all(started.map(({ process }) => process.kill('SIGKILL')))
    await rm(dir, { recursive: true, force: true })
  }
  const ask = async (port: number, ...words: string[]): Promise<string> => {
    const raw = await RawRedis.open(port)
    try {
      return (await raw.send(words)) ?? ''
    } finally {
      raw.close()
    }
  }
  try {
    for (let count = 0; count < 3; count++) {
      const port = await freePort()
      const file = join(dir, `sentinel-${count}.conf`)
      const lines = [
        'bind 127.0.0.1',
        `port ${port}`,
        `sentinel monitor ${group} 127.0.0.1 ${primaryPort} 2`,
        `sentinel down-after-milliseconds ${group} 500`,
        `sentinel failover-timeout ${group} 3000`,
      ]
      await writeFile(file, `${lines.join('\n')}\n`)
      started.push({ process: await startGuarded(REDIS_SERVER, [file, '--sentinel'], dir), port })
    }
    const deadline = Date.now() + READY_MS
    for (const { port } of started) {
      for (;;) {
        const reply = await ask(port, 'SENTINEL', 'master', group).catch(() => '')
        const value = (name: string): string | undefined =>
          new RegExp(`${name}\\r\\n\\$\\d+\\r\\n(.*)\\r\\n`).exec(reply)?.[1]
        if (value('num-other-sentinels') === '2' && value('num-slaves') === '1') break
        if (Date.now() > deadline)
          throw new ServerError('E_START_FAILED', `the sentinels did not find each other: ${reply}`)
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
    }
  } catch (error) {
    await stop()
    throw error
  }
  return {
    ports: started.map(({ port }) => port),
    async primaryPort() {
      for (const { process, port } of started) {
        if (!process.alive()) continue
        const reply = await ask(port, 'SENTINEL', 'get-master-addr-by-name', group)
        return Number(reply.trim().split('\r\n').at(-1))
      }
      throw new Error('no sentinel is left')
    },
    kill: async (index) => {
      await started[index]?.process.kill('SIGKILL')
    },
    stop,
  }
}
