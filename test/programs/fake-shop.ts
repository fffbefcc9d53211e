// A shop of one page, for the test of the smoke test. Its argument is what is wrong with it.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

const fault = process.argv[2] ?? 'none'
let visits = 0

const server = createServer((request, response) => {
  const isProduct = request.url === '/product/1'
  if (isProduct) visits++
  const hit = visits > 1 && fault !== 'misses'
  response.writeHead(isProduct && fault === 'breaks' ? 500 : 200, {
    'content-type': 'text/html',
    ...(isProduct && {
      'cache-status': hit ? 'breakwater; hit; ttl=60' : 'breakwater; fwd=uri-miss',
    }),
  })
  response.end('<!doctype html><html></html>')
})

if (fault === 'dies') process.exit(3)
server.listen(Number(process.env.PORT ?? 0), '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo
  process.stdout.write(`Shop on http://127.0.0.1:${port}\n`)
})
process.on('SIGTERM', () => process.exit(fault === 'crashes' ? 1 : 0))
