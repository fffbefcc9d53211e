// One server in a process of its own: tells its port, and for each message how much of the processor it has used.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { PAGE_CONTENDERS, type PageContenderName } from './page-contenders.ts'

const contender = await PAGE_CONTENDERS[process.argv[2] as PageContenderName]()
const listener = await contender.listen?.()
const server = createServer((request, response) => listener?.(request, response))
server.listen(0, '127.0.0.1')
await once(server, 'listening')
process.on('message', () => process.send?.(process.cpuUsage()))
process.send?.((server.address() as AddressInfo).port)
