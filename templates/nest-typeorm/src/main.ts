import type { AddressInfo } from 'node:net'
import { app } from './app.ts'

const server = await app.listen(process.env.PORT ?? 3000)
const { port } = server.address() as AddressInfo
console.log(`http://localhost:${port}/, and the dashboard at /cache/`)
