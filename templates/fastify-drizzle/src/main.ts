import type { AddressInfo } from 'node:net'
import { app } from './app.ts'

await app.listen({ port: Number(process.env.PORT ?? 3000), host: process.env.HOST ?? 'localhost' })
const { port } = app.server.address() as AddressInfo
console.log(`http://localhost:${port}/, and the dashboard at /cache/`)

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void app.close())
}
