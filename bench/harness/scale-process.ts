// One process of several that read the same values from Redis: told to begin, it tells what a hit has cost.
import { createCaches } from 'breakwater'
import { redis } from 'breakwater/redis'
import { costOfCallers } from './measuring.ts'

const [, , url = '', prefix = '', keys = '1000', forMs = '200'] = process.argv
const { default: cache } = createCaches({ default: { store: redis(url), prefix } })
await cache.get('connected')

process.on('message', (message) => void (message === 'begin' ? measure() : stop()))
process.send?.('ready')

async function measure(): Promise<void> {
  const cost = await costOfCallers(64, Number(forMs), async (n) => {
    if ((await cache.get(`key:${(n * 7919) % Number(keys)}`)) === undefined)
      throw new Error('A value is missing.')
  })
  process.send?.(cost)
}

async function stop(): Promise<void> {
  await cache.close()
  process.exit()
}
