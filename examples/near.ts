// examples/near.ts
import { createCaches } from 'breakwater'
import { redis } from 'breakwater/redis'

// Two processes, as each would open it.
const open = () =>
  createCaches({
    default: {
      store: redis(process.env['REDIS_URL']),
      prefix: 'near-example',
      near: { maxBytes: '64mb', maxStaleness: '1s' },
    },
  })
const [one, two] = [open(), open()]

await one.default.set(['product', 7], { price: 1990 })
console.log(await two.default.get(['product', 7]))

// `everywhere`: resolved when no process serves its copy any more.
await one.default.invalidate(['product', 7], { reach: 'everywhere' })
console.log(await two.default.get(['product', 7]))

await one.close()
await two.close()
