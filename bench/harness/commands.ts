import { setTimeout as sleep } from 'node:timers/promises'
import { RawRedis } from './raw-redis.ts'

/** How many commands reach Redis while something is done, from whomever; those within scripts are not counted. */
export async function commandsOf(url: string, act: () => Promise<unknown>): Promise<number> {
  const monitor = await RawRedis.connect(url)
  let commands = 0
  monitor.onPush((line) => {
    if (typeof line === 'string' && !/^\S+ \[\d+ lua\]/.test(line)) commands++
  })
  await monitor.send('MONITOR')
  await act()
  // What was sent last is shown a moment after it was answered.
  await sleep(20)
  monitor.close()
  return commands
}

/** Microseconds of its processor that Redis has used since it was started. */
export async function redisCpuUs(redis: RawRedis): Promise<number> {
  const info = String(await redis.send('INFO', 'cpu'))
  const used = (name: string): number => Number(new RegExp(`${name}:([\\d.]+)`).exec(info)?.[1])
  return (used('used_cpu_user') + used('used_cpu_sys')) * 1e6
}
