// examples/http/web.ts
import { createCaches } from 'breakwater'
import { pageCache } from 'breakwater/http'

const caches = createCaches()
let views = 0

// Anything that speaks Request and Response.
const pages = pageCache(caches.default, '60s')
const view = (request: Request): Response => {
  views++
  const cookie = request.headers.get('cookie')
  return new Response(`<h1>Hello, ${cookie ?? 'stranger'}</h1>`, {
    headers: { 'Content-Type': 'text/html' },
  })
}
const ask = async (cookie?: string): Promise<string> => {
  const request = new Request('https://shop.test/', { headers: cookie ? { cookie } : {} })
  const response = await pages(request, view)
  return await response.text()
}

console.log(await ask())
console.log(await ask())
console.log(await ask('name=Ada'))
console.log(await ask('name=Bob'))
console.log(`${views} views for 4 requests`)

await caches.close()
