// One process of a fleet: told a key, many callers ask for it at once. Reports what happened, on the machine's one monotonic
// clock, so that moments of several processes can be compared.
import { createCaches } from 'breakwater'

export interface CallersReport {
  readonly loads: number
  readonly values: readonly string[]
  /** When each caller had its value, in nanoseconds. */
  readonly returnedAt: readonly string[]
  /** When this process had stored the value, if it was the one. */
  readonly storedAt: string | undefined
}

const [url = '', prefix = '', callers = '64', loadMs = '50'] = process.argv.slice(2)
const caches = createCaches({ default: { store: url, prefix } })
const cache = caches.default
const REPORT_AFTER_MS = 30
const storedAt = new Map<string, bigint>()
cache.on('store', ({ key }) => storedAt.set(key ?? '', process.hrtime.bigint()))

async function stampede(key: string): Promise<void> {
  let loads = 0
  const call = async (): Promise<{ value: string; at: bigint }> => {
    const value = await cache.getOrSet(key, async () => {
      loads++
      await new Promise((resolve) => setTimeout(resolve, Number(loadMs)))
      return `loaded by ${process.pid}`
    })
    return { value, at: process.hrtime.bigint() }
  }
  const results = await Promise.all(Array.from({ length: Number(callers) }, call))
  // Reporting costs more than being woken: on a machine with few cores it would stand in the way of the others' wakes.
  await new Promise((resolve) => setTimeout(resolve, REPORT_AFTER_MS))
  const report: CallersReport = {
    loads,
    values: [...new Set(results.map(({ value }) => value))],
    returnedAt: results.map(({ at }) => String(at)),
    storedAt: storedAt.get(key)?.toString(),
  }
  process.send?.(report)
}

async function stop(): Promise<void> {
  await caches.close()
  process.disconnect()
}

process.on('message', (key: string) => void (key === '' ? stop() : stampede(key)))

// Connected, and its message channel open: what is measured is the stampede, not the start.
await cache.get('warm-up')
await cache.set('warm-up', process.pid)
process.send?.('ready')
