// One process of a fleet whose loader works or fails: told a key, many callers ask for it at once, under the options that the
// test gave. Reports what each got.
import { createCaches, type GetOrSetOptions, isCacheError } from 'breakwater'
import { redis } from 'breakwater/redis'

export interface PolicyReport {
  /** Loads that this process has begun since it was started. */
  readonly loads: number
  /** Of each caller the value, the code of a CacheError, or the message of another error. */
  readonly outcomes: readonly string[]
  /** Until the last caller had its outcome. */
  readonly tookMs: number
  readonly unhandled: number
}

const [url = '', prefix = '', callers = '64', loadMs = '50', works = 'works', options = '{}'] =
  process.argv.slice(2)
const caches = createCaches({ default: { store: redis(url), prefix } })
const cache = caches.default
/** Long enough for a refresh that the callers did not wait for to begin in every process, if it begins at all. */
const REPORT_AFTER_MS = 100
let loads = 0
let unhandled = 0
process.on('unhandledRejection', () => unhandled++)

async function load(): Promise<string> {
  loads++
  await new Promise((resolve) => setTimeout(resolve, Number(loadMs)))
  if (works === 'works') return 'new'
  throw new TypeError('the database is down')
}

async function call(key: string): Promise<string> {
  try {
    return await cache.getOrSet(key, load, JSON.parse(options) as GetOrSetOptions)
  } catch (error) {
    return isCacheError(error) ? error.code : (error as Error).message
  }
}

async function stampede(key: string): Promise<void> {
  const began = performance.now()
  const outcomes = await Promise.all(Array.from({ length: Number(callers) }, () => call(key)))
  const tookMs = performance.now() - began
  await new Promise((resolve) => setTimeout(resolve, REPORT_AFTER_MS))
  const report: PolicyReport = { loads, outcomes, tookMs, unhandled }
  process.send?.(report)
}

async function stop(): Promise<void> {
  await caches.close()
  process.disconnect()
}

process.on('message', (key: string) => void (key === '' ? stop() : stampede(key)))

await cache.get('warm-up')
await cache.set('warm-up', process.pid)
process.send?.('ready')
