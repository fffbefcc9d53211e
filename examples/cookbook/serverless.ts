// examples/cookbook/serverless.ts
import { createCaches } from 'breakwater'
import { redis } from 'breakwater/redis'

// Outside of the handler: the next request of a warm instance finds the connection, and what is near.
const caches = createCaches({
  default: { store: redis(process.env['REDIS_URL']), prefix: 'fn', near: { maxBytes: '16mb' } },
})
let loads = 0

async function handler(request: Request): Promise<Response> {
  const id = new URL(request.url).searchParams.get('id') ?? ''
  const product = await caches.default.getOrSet(
    ['product', id],
    () => ({ id, loads: ++loads }),
    '5m',
  )
  return Response.json(product)
}

for (const instance of ['cold', 'warm']) {
  const response = await handler(new Request('https://fn.example/?id=7'))
  console.log(instance, await response.text())
}

// An instance that is about to be frozen has written everything that was promised: there is nothing to flush.
await caches.close()
