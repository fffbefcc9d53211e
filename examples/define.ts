// examples/define.ts
import { createCaches } from 'breakwater'

const rows = new Map([
  [7, { id: 7, price: 1990 }],
  [8, { id: 8, price: 500 }],
])
const caches = createCaches()
let queries = 0

const product = caches.default.define({
  key: (id: number) => ['product', id],
  load: (id) => {
    queries++
    return rows.get(id)
  },
  ttl: '15m',
  tags: (id) => [`product:${id}`],
})

console.log(await product.get(7), await product.get(7), `${queries} query`)
console.log(await product.getMany([[7], [8]]), `${queries} queries`)

rows.set(7, { id: 7, price: 1790 })
await product.invalidate(7)
console.log(await product.get(7), `${queries} queries`)

await caches.close()
