import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cpus, release, totalmem, type } from 'node:os'
import { resolve } from 'node:path'
import { REDIS_SERVER } from '../../test/servers/redis.ts'

export interface Machine {
  readonly processor: string
  readonly cores: number
  readonly memory: string
  readonly system: string
  readonly redis: string
}

export function machine(): Machine {
  const [first] = cpus()
  const { stdout } = spawnSync(REDIS_SERVER, ['--version'], { encoding: 'utf8' })
  return {
    processor: first?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    system: `${type()} ${release()}`,
    redis: /v=(\S+)/.exec(stdout)?.[1] ?? 'unknown',
  }
}

/** Benchmarks are run from the root of the package. */
export function versionsOf(packages: Iterable<string>): Readonly<Record<string, string>> {
  const names = [...new Set(packages)].toSorted()
  return Object.fromEntries(
    names.map((name) => {
      const text = readFileSync(resolve('node_modules', name, 'package.json'), 'utf8')
      return [name, (JSON.parse(text) as { version: string }).version]
    }),
  )
}
