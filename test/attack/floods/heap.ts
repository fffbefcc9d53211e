// By how much the heap grows under requests of all kinds. Run with --expose-gc.
import { createCaches, memory } from 'breakwater'
import { pageCache } from 'breakwater/http'
import { FLOODS, MOST_BYTES, MOST_ENTRIES } from './floods.ts'

const store = memory({ maxBytes: MOST_BYTES, maxEntries: MOST_ENTRIES })
const { default: cache } = createCaches({ default: { store } })
const pages = pageCache(cache, '60s')

async function flood(from: number, to: number): Promise<void> {
  for (let n = from; n < to; n++) {
    const { request, view } = FLOODS[n % FLOODS.length] as (typeof FLOODS)[number]
    const got = await pages(request(n), (given) => view?.(given, n) ?? new Response(`page ${n}`))
    await got.text()
  }
}

async function heapBytes(): Promise<number> {
  for (let round = 0; round < 6; round++) {
    globalThis.gc?.()
    // What the platform cleans up after its own requests, it does in a turn of its own.
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  const { arrayBuffers, external, heapUsed } = process.memoryUsage()
  return heapUsed + external + arrayBuffers
}

// Long enough for everything that has a bound to reach it, and for the code to be compiled.
await flood(0, 3_000)
const before = await heapBytes()
await flood(3_000, 6_000)
process.stdout.write(`grew by ${(await heapBytes()) - before} bytes\n`)
await cache.close()
