// Begins to load many keys and never ends: to be killed while it holds their leases.
import { createCaches, type Duration } from 'breakwater'
import { redis } from 'breakwater/redis'

const [url = '', prefix = '', lease = '', count = '0'] = process.argv.slice(2)
const { default: cache } = createCaches({
  default: { store: redis(url), prefix, lease: lease as Duration },
})

let loading = 0
for (let n = 0; n < Number(count); n++) {
  void cache.getOrSet(`key${n}`, async () => {
    loading++
    if (loading === Number(count)) process.send?.('loading')
    return await new Promise<never>(() => {})
  })
}
