// Time-based: nobody says what has changed; a value is good for its ttl.
import { createCaches } from 'breakwater'
import { fakeClock } from 'breakwater/testing'
import { say, Shop } from './shop.ts'

const shop = new Shop()
const clock = fakeClock() // So that the example need not wait a minute.
const caches = createCaches({ default: { clock } })

const product = caches.default.define({
  key: (id: number) => ['product', id],
  load: (id) => shop.product(id),
  ttl: '60s',
  stale: '10m', // While one caller refreshes it, the others are given what there is.
  jitter: 0,
})

say('the first read asks the database', (await product.get(3)).price)
await shop.changePrice(3, 90)
say('the price changes, and nobody says so', (await product.get(3)).price)
await clock.advance(59_000)
say('59 s later it is still fresh', (await product.get(3)).price)
await clock.advance(1000)
say('a second later it is stale: served, and refreshed', (await product.get(3)).price)
await clock.advance(0)
say('the next reader has the new price', (await product.get(3)).price)
say('queries', shop.queries)

await caches.close()
