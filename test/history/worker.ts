// One process of the fleet: readers that ask for hot keys as fast as they are answered, or writers that change and
// invalidate them. The source is the main process; all times are of the machine's one monotonic clock.
import { once } from 'node:events'
import { createCaches, type StoreDefinition } from 'breakwater'
import { redis } from 'breakwater/redis'
import { mutated } from './mutants.ts'
import type { FromWorker, ToWorker, WorkerSettings } from './messages.ts'

const settings = JSON.parse(process.argv[2] ?? '{}') as WorkerSettings
const { url, prefix, near, mutant, keys, readers } = settings
const redisStore: StoreDefinition = redis(url)
const store = mutant === undefined ? redisStore : mutated(redisStore, mutant)
const { default: cache } = createCaches({
  default: {
    store,
    prefix,
    lease: '400ms',
    wait: '5s',
    ttl: '10m',
    // What a process remembers of before an outage may be older than what others were told meanwhile.
    outageTtl: '0s',
    ...(mutant === 'no-journal' && { journalFor: '0s' }),
    ...near,
  },
})
const hot = cache.namespace('hot')

const now = (): number => Number(process.hrtime.bigint()) / 1e6
const answers = new Map<number, (version: number) => void>()
let asked = 0
const stopping = new AbortController()
const quiet = new AbortController()

/** @param write counts the key's version up */
function askSource(key: string, write: boolean): Promise<number> {
  return new Promise((resolve) => {
    const id = ++asked
    answers.set(id, resolve)
    tell({ kind: 'source', id, key, write })
  })
}

function tell(message: FromWorker): void {
  if (process.connected) process.send?.(message)
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
const pick = <T>(from: readonly T[]): T => from[Math.floor(Math.random() * from.length)] as T

let loads = 0
let errors = 0
let reads: [key: string, start: number, end: number, version: number][] = []

async function read(): Promise<void> {
  while (!stopping.signal.aborted) {
    const key = pick(keys)
    const start = now()
    try {
      const version = await hot.getOrSet(
        key,
        async ({ tag }) => {
          loads++
          // Some learn of a tag only when they load.
          if (Math.random() < 0.3) tag('late')
          const found = await askSource(key, false)
          await pause(Math.random() * 15)
          return found
        },
        { tags: ['all', `only-${key}`] },
      )
      reads.push([key, start, now(), version])
    } catch {
      errors++
    }
    if (reads.length >= 200) report()
    await pause(Math.random() * 2)
  }
}

async function write(): Promise<void> {
  while (!stopping.signal.aborted && !quiet.signal.aborted) {
    await pause(20 + Math.random() * 60)
    const key = pick(keys)
    const version = await askSource(key, true)
    const kind = pick(['key', 'key', 'tag', 'tags', 'namespace'] as const)
    const reach = near !== undefined && Math.random() < 0.5 ? 'everywhere' : 'store'
    const options = { reach } as const
    try {
      const { applied } =
        kind === 'key'
          ? await hot.invalidate(key, options)
          : kind === 'tag'
            ? await hot.invalidateTags([`only-${key}`], options)
            : kind === 'tags'
              ? await hot.invalidateTags(['all'], options)
              : await hot.clear(options)
      tell({ kind: 'invalidated', key, version, end: now(), applied, reach })
    } catch {
      errors++
    }
  }
}

/** As a computation that takes no break. */
function block(ms: number): void {
  const until = now() + ms
  while (now() < until);
}

function report(): void {
  tell({ kind: 'reads', reads, loads, errors })
  reads = []
  loads = 0
  errors = 0
}

process.on('message', (message: ToWorker) => {
  if (message.kind === 'stop') stopping.abort()
  else if (message.kind === 'quiet') quiet.abort()
  else if (message.kind === 'block') block(message.ms)
  else {
    answers.get(message.id)?.(message.version)
    answers.delete(message.id)
  }
})
process.on('disconnect', () => process.exit(0))

// Connected, so that the first reads wait for no process to begin.
await hot.get('warm')
const running = Array.from({ length: readers }, read)
if (readers === 0) running.push(write())
tell({ kind: 'ready' })
await Promise.all(running)
// Quiet, and still there: what it has invalidated it repeats to a server that has not heard of it.
if (!stopping.signal.aborted) await once(stopping.signal, 'abort')
report()
await cache.close()
process.disconnect()
