import { serve } from '@hono/node-server'
import { app, board } from './app.ts'
import { caches } from './cache.ts'
import { closeDatabase } from './database.ts'

const port = Number(process.env.PORT ?? 3000)
const server = serve({ fetch: app.fetch, port }, (address) => {
  console.log(`http://localhost:${address.port}/, and the dashboard at /cache/`)
})

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    board.close()
    server.close(() => void closeDatabase().then(() => caches.close()))
  })
}
