// What a hit costs on real servers: one page of 20 KiB, the processor time of the server for each request, against
// `response.end(buffer)` of a bare node:http server, which is the least that this work can cost. `npm run bench servers`.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { createCaches, memory } from 'breakwater'
import * as onExpress from 'breakwater/express'
import * as onFastify from 'breakwater/fastify'
import * as onHono from 'breakwater/hono'
import * as onKoa from 'breakwater/koa'
import * as onNode from 'breakwater/node'
import { getRequestListener } from '@hono/node-server'
import express from 'express'
import fastify from 'fastify'
import { Hono } from 'hono'
import Koa from 'koa'

const ROUNDS = 5
const REQUESTS = 20_000
const CONNECTIONS = 50

const html = `<!doctype html><ul>${'<li>One of many products, with its price</li>'.repeat(450)}</ul>`
const page = Buffer.from(html.slice(0, 20_480))

const SERVERS: Readonly<Record<string, () => Promise<onNode.NodeHandler> | onNode.NodeHandler>> = {
  'node:http, response.end(buffer)': () => (_, response) => {
    response.writeHead(200, ['Content-Type', 'text/html', 'Content-Length', String(page.length)])
    response.end(page)
  },
  'in front of node:http': () => {
    return onNode.cachePage(
      cache(),
      '1h',
      QUIET,
    )((_, response) => {
      response.setHeader('Content-Type', 'text/html')
      response.end(page)
    })
  },
  'in front of Express': () => {
    const app = express()
    app.get('/', (_, response) => void response.type('html').send(page))
    return onNode.cachePage(cache(), '1h', QUIET)(app)
  },
  'Express, in its chain': () => {
    const app = express()
    const view: express.RequestHandler = (_, response) => void response.type('html').send(page)
    app.get('/', onExpress.cachePage(cache(), '1h', QUIET), view)
    return app
  },
  'Fastify, preHandler': async () => {
    const app = fastify()
    const preHandler = onFastify.cachePage(cache(), '1h', QUIET)
    app.get('/', { preHandler }, async (_, reply) => await reply.type('text/html').send(page))
    await app.ready()
    return (request, response) => app.routing(request, response)
  },
  'Hono, in its chain': () => {
    const app = new Hono()
    app.get('/', onHono.cachePage(cache(), '1h', QUIET), (c) => c.html(html))
    return getRequestListener(app.fetch)
  },
  'Koa, in its chain': () => {
    const app = new Koa()
    app.use(onKoa.cachePage(cache(), '1h', QUIET))
    app.use((ctx) => {
      ctx.type = 'html'
      ctx.body = page
    })
    return app.callback()
  },
  'node:http, no cache, 5 ms': () => (_, response) => {
    setTimeout(() => response.end(page), 5)
  },
}
const QUIET = { cacheStatus: false } as const

function cache(): ReturnType<typeof createCaches>['default'] {
  return createCaches({ default: { store: memory() } }).default
}

const [, , name] = process.argv
if (name !== undefined && process.send !== undefined) await serve(name)
else await compare()

/** In a process of its own: tells its port, and for each message how much of the processor it has used. */
async function serve(which: string): Promise<void> {
  const listener = await (SERVERS[which] as () => Promise<onNode.NodeHandler>)()
  const server = createServer((request, response) => void listener(request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  process.on('message', () => process.send?.(process.cpuUsage()))
  process.send?.({ port: (server.address() as AddressInfo).port })
}

async function compare(): Promise<void> {
  const cost = new Map<string, number[]>()
  const running = new Map<string, { readonly child: ChildProcess; readonly port: number }>()
  for (const each of Object.keys(SERVERS)) {
    const child = fork(process.argv[1] as string, [each])
    const [{ port }] = (await once(child, 'message')) as [{ port: number }]
    running.set(each, { child, port })
    await load(port, 2000)
  }
  // Interleaved, so that what the machine does meanwhile meets all of them.
  for (let round = 0; round < ROUNDS; round++) {
    for (const [each, { child, port }] of running) {
      const before = await usedBy(child)
      await load(port, each.includes('no cache') ? REQUESTS / 10 : REQUESTS)
      const used = (await usedBy(child)) - before
      const count = each.includes('no cache') ? REQUESTS / 10 : REQUESTS
      cost.set(each, [...(cost.get(each) ?? []), used / count])
    }
  }
  for (const { child } of running.values()) child.kill()
  const [limit = 1] = [...cost.values()].map(median)
  process.stdout.write(
    `20 KiB page, ${CONNECTIONS} connections, median of ${ROUNDS} rounds of ${REQUESTS}: µs of the server's processor a request\n`,
  )
  for (const [each, costs] of cost) {
    const took = median(costs)
    process.stdout.write(
      `${each.padEnd(34)}${took.toFixed(1).padStart(7)} µs   x ${(took / limit).toFixed(2)}\n`,
    )
  }
}

async function usedBy(child: ChildProcess): Promise<number> {
  child.send('used?')
  const [{ system, user }] = (await once(child, 'message')) as [NodeJS.CpuUsage]
  return system + user
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] as number
}

/** So many requests over some connections, each asking again when it has the whole of its answer. */
async function load(port: number, requests: number): Promise<void> {
  let left = requests
  const one = async (): Promise<void> => {
    const socket = connect(port, '127.0.0.1')
    const ask = (): void => {
      if (left-- > 0) socket.write('GET / HTTP/1.1\r\nHost: site.test\r\n\r\n')
      else socket.end()
    }
    let wanted = -1
    let head = ''
    socket.on('data', (bytes) => {
      let body = bytes.length
      if (wanted === -1) {
        head += bytes.toString('latin1')
        const end = head.indexOf('\r\n\r\n')
        if (end === -1) return
        const length = /content-length: (\d+)/i.exec(head.slice(0, end))
        wanted = length === null ? page.length : Number(length[1])
        body = head.length - end - 4
      }
      wanted -= body
      if (wanted > 0) return
      ;[wanted, head] = [-1, '']
      ask()
    })
    ask()
    await once(socket, 'close')
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, one))
}
