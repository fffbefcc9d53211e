// What a copy near by is worth: reads per second of one process, from Redis on this machine and from near copies of it.
// `npm run bench near`.
import { type AliasOptions, type Cache, createCaches, memory } from 'breakwater'
import { redis } from 'breakwater/redis'
import { startRedis } from '../test/servers/redis.ts'

const KEYS = Array.from({ length: 1000 }, (_, n) => `product${n}`)
const AT_ONCE = 32
const FOR_MS = 2000

const product = (key: string): object => ({
  name: key,
  price: 1990,
  tags: ['new', 'sale'],
  text: 'A sturdy thing for every day. '.repeat(20),
})

const server = await startRedis()
try {
  const shared = (prefix: string, options: AliasOptions = {}): Cache =>
    createCaches({ default: { store: redis(server.url), prefix, ...options } }).default
  const plain = await readsPerSecond(shared('plain'))
  const rows: [string, number][] = [
    ['Redis on this machine', plain],
    [
      'near, every reader a copy',
      await readsPerSecond(shared('copied', { near: { values: 'copied' } })),
    ],
    ['near, one frozen value', await readsPerSecond(shared('frozen', { near: {} }))],
    [
      'memory store alone',
      await readsPerSecond(createCaches({ default: { store: memory() } }).default),
    ],
  ]
  process.stdout.write(`${KEYS.length} values of 700 bytes, ${AT_ONCE} readers in one process\n`)
  for (const [name, rate] of rows) {
    const perSecond = Math.round(rate).toLocaleString('en-US')
    process.stdout.write(
      `${name.padEnd(28)}${perSecond.padStart(10)} reads/s${`${(rate / plain).toFixed(1)} x`.padStart(10)}\n`,
    )
  }
} finally {
  await server.stop()
}

async function readsPerSecond(cache: Cache): Promise<number> {
  await cache.setMany(KEYS.map((key) => [key, product(key)] as const))
  for (let round = 0; round < 3; round++) await Promise.all(KEYS.map((key) => cache.get(key)))
  const began = performance.now()
  let reads = 0
  const reader = async (): Promise<void> => {
    while (performance.now() - began < FOR_MS) {
      for (let n = 0; n < 100; n++) {
        const value = await cache.get(KEYS[Math.floor(Math.random() * KEYS.length)] as string)
        if (value === undefined) throw new Error('A value is missing.')
        reads++
      }
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, reader))
  const seconds = (performance.now() - began) / 1000
  await cache.close()
  return reads / seconds
}
