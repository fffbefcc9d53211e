// One process of a fleet whose loader works or fails, after some time or when the test says so: told a key, many callers ask
// for it at once, under the options that the test gave. Reports what each got.
import { type CacheStats, createCaches, type GetOrSetOptions, isCacheError } from 'breakwater'
import { redis } from 'breakwater/redis'
import { ALL_WAIT, type PolicyReport, RELEASE } from '../processes/policy-messages.ts'

const [url = '', prefix = '', callers = '64', loadMs = 'held', works = 'works', options = '{}'] =
  process.argv.slice(2)
const caches = createCaches({ default: { store: redis(url), prefix } })
const cache = caches.default
/** Long enough for a refresh that the callers did not wait for to begin in every process, if it begins at all. */
const REPORT_AFTER_MS = 100
let loads = 0
let unhandled = 0
let release = (): void => {}
const released = new Promise<void>((resolve) => (release = resolve))
process.on('unhandledRejection', () => unhandled++)

async function load(): Promise<string> {
  loads++
  if (loadMs === 'held') await released
  else await pause(Number(loadMs))
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
  const before = await cache.stats()
  const over = new AbortController()
  void tellWhenAllWait(before, over.signal)
  const outcomes = await Promise.all(Array.from({ length: Number(callers) }, () => call(key)))
  over.abort()
  await pause(REPORT_AFTER_MS)
  const report: PolicyReport = { loads, outcomes, unhandled }
  process.send?.(report)
}

async function tellWhenAllWait(before: CacheStats, over: AbortSignal): Promise<void> {
  while (!over.aborted) {
    const now = await cache.stats()
    const others = now.joined - before.joined === Number(callers) - 1
    if (others && now.loads + now.waits > before.loads + before.waits) {
      process.send?.(ALL_WAIT)
      return
    }
    await pause(5)
  }
}

async function pause(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms))
}

async function stop(): Promise<void> {
  await caches.close()
  process.disconnect()
}

process.on('message', (message: string) => {
  if (message === RELEASE) release()
  else void (message === '' ? stop() : stampede(message))
})

await cache.get('warm-up')
await cache.set('warm-up', process.pid)
process.send?.('ready')
