// What a hit costs on real servers: one page of 20 KiB, the processor time of the server for each request. Against two things:
// `response.end(buffer)` of a bare node:http server, which is the least that this work can cost; and the same fields and bytes
// sent by hand from the same place of the same framework, which is the least that a cache can cost there.
// `npm run bench servers`, on the node that runs it.
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

/** How a process is laid out and compiled makes a difference of a tenth: each server is started so many times. */
const STARTS = 3
/** Of each start. */
const ROUNDS = 7
const REQUESTS = 3000
/** So that what is measured has been compiled by then. */
const WARM_UP = 12_000
const CONNECTIONS = 50

const html = `<!doctype html><ul>${'<li>One of many products, with its price</li>'.repeat(450)}</ul>`
const page = Buffer.from(html.slice(0, 20_480))
const HEAD = { 'Content-Type': 'text/html', 'Content-Length': String(page.length) }
/** What a hit says besides. */
const FIELDS = {
  ...HEAD,
  Date: 'Sat, 28 Nov 2026 08:00:00 GMT',
  ETag: '"AhF5YMEcrdb_RMUkUXErBh"',
  Age: '8',
}
const QUIET = { cacheStatus: false } as const

interface Contender {
  readonly listen: () => Promise<onNode.NodeHandler> | onNode.NodeHandler
  /** Of the limit, as many times as it may cost, and as it should. */
  readonly gate?: number
  readonly aim?: number
  /** What sends the same by hand from the same place. */
  readonly floor?: string
}

const LIMIT = 'node:http, response.end(buffer)'

const SERVERS: Readonly<Record<string, Contender>> = {
  [LIMIT]: { listen: () => byHand(HEAD) },
  'node:http by hand': { listen: () => byHand(FIELDS) },
  'in front of node:http': {
    gate: 1.15,
    aim: 1.02,
    floor: 'node:http by hand',
    listen: () => inFront((_, response) => void response.end(page)),
  },
  'in front of Express': {
    gate: 1.15,
    aim: 1.02,
    floor: 'node:http by hand',
    listen() {
      const app = express()
      app.get('/', (_, response) => void response.send(page))
      return inFront(app)
    },
  },
  'in front of Koa': {
    gate: 1.15,
    aim: 1.02,
    floor: 'node:http by hand',
    listen() {
      const app = new Koa()
      app.use((ctx) => void (ctx.body = page))
      return inFront(app.callback())
    },
  },
  'Fastify by hand': {
    async listen() {
      const app = fastify()
      app.get('/', {
        preHandler: (_, reply) => void reply.headers(FIELDS).send(page),
        handler: () => {},
      })
      return await routed(app)
    },
  },
  'Fastify, preHandler': {
    gate: 1.2,
    aim: 1.07,
    floor: 'Fastify by hand',
    async listen() {
      const app = fastify()
      app.get('/', {
        preHandler: onFastify.cachePage(cache(), '1h', QUIET),
        handler: async (_, reply) => await reply.type('text/html').send(page),
      })
      return await routed(app)
    },
  },
  'Fastify by hand, onRequest': {
    async listen() {
      const app = fastify()
      app.get('/', {
        onRequest: (_, reply) => void reply.headers(FIELDS).send(page),
        handler: () => {},
      })
      return await routed(app)
    },
  },
  'Fastify, onRequest': {
    gate: 1.2,
    aim: 1.07,
    floor: 'Fastify by hand, onRequest',
    async listen() {
      const app = fastify()
      app.get('/', {
        onRequest: onFastify.cachePage(cache(), '1h', QUIET),
        handler: async (_, reply) => await reply.type('text/html').send(page),
      })
      return await routed(app)
    },
  },
  'in front of Fastify': {
    gate: 1.15,
    aim: 1.02,
    floor: 'node:http by hand',
    async listen() {
      const app = fastify()
      app.get('/', async (_, reply) => await reply.type('text/html').send(page))
      return inFront(await routed(app))
    },
  },
  'Hono by hand': {
    listen() {
      const app = new Hono()
      app.get('/', async () => new Response(page, { headers: FIELDS }))
      app.get('/', (c) => c.html(html))
      return getRequestListener(app.fetch)
    },
  },
  'Hono, in its chain': {
    gate: 1.4,
    aim: 1.3,
    floor: 'Hono by hand',
    listen() {
      const app = new Hono()
      app.get('/', onHono.cachePage(cache(), '1h', QUIET))
      app.get('/', (c) => c.html(html))
      return getRequestListener(app.fetch)
    },
  },
  'in front of Hono': {
    gate: 1.15,
    aim: 1.02,
    floor: 'node:http by hand',
    listen() {
      const app = new Hono()
      app.get('/', (c) => c.html(html))
      return inFront(getRequestListener(app.fetch))
    },
  },
  'Express by hand': {
    listen() {
      const app = express()
      app.get('/', byHand(FIELDS))
      return app
    },
  },
  'Express, in its chain': {
    gate: 1.5,
    aim: 1.4,
    floor: 'Express by hand',
    listen() {
      const app = express()
      const view: express.RequestHandler = (_, response) => void response.type('html').send(page)
      app.get('/', onExpress.cachePage(cache(), '1h', QUIET), view)
      return app
    },
  },
  'Koa by hand': {
    listen() {
      const app = new Koa()
      app.use((ctx) => {
        ctx.set(FIELDS)
        ctx.body = page
      })
      return app.callback()
    },
  },
  'Koa, in its chain': {
    floor: 'Koa by hand',
    listen() {
      const app = new Koa()
      app.use(onKoa.cachePage(cache(), '1h', QUIET))
      app.use((ctx) => {
        ctx.type = 'html'
        ctx.body = page
      })
      return app.callback()
    },
  },
}

function cache(): ReturnType<typeof createCaches>['default'] {
  return createCaches({ default: { store: memory() } }).default
}

function byHand(fields: Readonly<Record<string, string>>): onNode.NodeHandler {
  const list = Object.entries(fields).flat()
  return (_, response) => {
    response.writeHead(200, list)
    response.end(page)
  }
}

function inFront(view: onNode.NodeHandler): onNode.NodeHandler {
  return onNode.cachePage(
    cache(),
    '1h',
    QUIET,
  )((request, response) => {
    response.setHeader('Content-Type', 'text/html')
    return view(request, response)
  })
}

async function routed(app: ReturnType<typeof fastify>): Promise<onNode.NodeHandler> {
  await app.ready()
  return (request, response) => app.routing(request, response)
}

const [, , name] = process.argv
if (name !== undefined && process.send !== undefined) await serve(name)
else await compare()

/** In a process of its own: tells its port, and for each message how much of the processor it has used. */
async function serve(which: string): Promise<void> {
  const listener = await (SERVERS[which] as Contender).listen()
  const server = createServer((request, response) => void listener(request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  process.on('message', () => process.send?.(process.cpuUsage()))
  process.send?.({ port: (server.address() as AddressInfo).port })
}

async function compare(): Promise<void> {
  const starts: ReadonlyMap<string, number>[] = []
  for (let start = 0; start < STARTS; start++) starts.push(await started())
  report(
    new Map(
      Object.keys(SERVERS).map((each) => [
        each,
        median(starts.map((costs) => costs.get(each) as number)),
      ]),
    ),
  )
}

/** What each server costs, in processes that are started for this and ended. */
async function started(): Promise<ReadonlyMap<string, number>> {
  const cost = new Map<string, number[]>()
  const running = new Map<string, { readonly child: ChildProcess; readonly port: number }>()
  for (const each of Object.keys(SERVERS)) {
    const child = fork(process.argv[1] as string, [each])
    const [{ port }] = (await once(child, 'message')) as [{ port: number }]
    running.set(each, { child, port })
    await load(port, WARM_UP)
  }
  // Interleaved, and back again every second time, so that what the machine does meanwhile meets all of them.
  const order = [...running]
  for (let round = 0; round < ROUNDS; round++) {
    for (const [each, { child, port }] of round % 2 === 0 ? order : order.toReversed()) {
      const before = await usedBy(child)
      await load(port, REQUESTS)
      const used = (await usedBy(child)) - before
      cost.set(each, [...(cost.get(each) ?? []), used / REQUESTS])
    }
  }
  for (const { child } of running.values()) child.kill()
  return new Map([...cost].map(([each, costs]) => [each, lowerQuartile(costs)]))
}

function report(cost: ReadonlyMap<string, number>): void {
  process.stdout.write(
    `Node ${process.versions.node}, 20 KiB page, ${CONNECTIONS} connections, median of ${STARTS} starts, of each the lower quartile of ${ROUNDS} rounds of ${REQUESTS}: µs of the server's processor a request\n`,
  )
  process.stdout.write(`${''.padEnd(34)}${'µs'.padStart(7)}  of the limit  of by hand  gate  aim\n`)
  const ratio = (took: number, to: string): number => took / (cost.get(to) as number)
  for (const [each, took] of cost) {
    const { aim, floor, gate } = SERVERS[each] as Contender
    const above = floor === undefined ? '' : `x ${ratio(took, floor).toFixed(2)}`
    const met = gate === undefined ? '' : `${gate}  ${aim}  ${verdict(took, gate, floor)}`
    const ofLimit = `x ${ratio(took, LIMIT).toFixed(2)}`
    const line = `${each.padEnd(34)}${took.toFixed(1).padStart(7)}${ofLimit.padStart(14)}${above.padStart(12)}  ${met}`
    process.stdout.write(`${line.trimEnd()}\n`)
  }
  process.stdout.write(
    'The limit is without ETag, Age and a Date of the page\u2019s own, which HTTP demands of a hit; by hand has them, and is the least that a hit can cost there.\n',
  )

  function verdict(took: number, gate: number, floor: string | undefined): string {
    if (ratio(took, LIMIT) <= gate) return 'met'
    // There the framework itself costs more than the gate.
    const isBeyond = floor !== undefined && ratio(cost.get(floor) as number, LIMIT) > gate
    return isBeyond ? 'not met, nor by hand' : 'not met'
  }
}

async function usedBy(child: ChildProcess): Promise<number> {
  child.send('used?')
  const [{ system, user }] = (await once(child, 'message')) as [NodeJS.CpuUsage]
  return system + user
}

/** What the machine does besides only adds; the least of all would leave out the collection of garbage. */
function lowerQuartile(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 4)] as number
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
