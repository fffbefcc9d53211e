// node .build/examples/proxy/main.js --origin http://localhost:8000
import { parseArgs } from 'node:util'
import { createCaches } from 'breakwater'
import { startProxy } from './proxy.ts'

const { values } = parseArgs({
  options: {
    origin: { type: 'string' },
    port: { type: 'string', default: '8080' },
    host: { type: 'string', default: '127.0.0.1' },
  },
})
if (values.origin === undefined || !URL.canParse(values.origin)) {
  console.error('Say which site: --origin http://localhost:8000 [--port 8080] [--host 127.0.0.1]')
  process.exit(2)
}

// BREAKWATER_URL or REDIS_URL says where pages are kept; without either, in memory.
const caches = createCaches()
const { origin, host } = values
const proxy = await startProxy({ origin, host, port: Number(values.port), store: caches.default })
console.log(`http://${host}:${proxy.port} caches ${origin}. Ctrl+C stops it.`)

let stopping = false
async function stop(): Promise<void> {
  if (stopping) return
  stopping = true
  await proxy.close()
  await caches.close()
}
process.on('SIGINT', () => void stop())
process.on('SIGTERM', () => void stop())
