import type { AddressInfo } from 'node:net'
import { app, board } from './app.ts'
import { caches } from './cache.ts'
import { closeDatabase } from './database.ts'

const server = app.listen(Number(process.env.PORT ?? 3000), (error) => {
  if (error) throw error
  const { port } = server.address() as AddressInfo
  console.log(`http://localhost:${port}/, and the dashboard at /cache/`)
})

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    board.close()
    server.close(() => void closeDatabase().then(() => caches.close()))
  })
}
