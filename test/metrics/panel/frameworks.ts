import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import express from 'express'
import fastify from 'fastify'
import { H3, toNodeHandler } from 'h3'
import { Hono } from 'hono'
import Koa from 'koa'

/** What a page says, and by which type. */
interface MadePage {
  readonly body: string
  readonly type?: string
}

export interface Running {
  readonly url: string
  close(): Promise<void>
}

/** A site of one page on a framework that stands on node:http. */
export type Framework = (page: () => Promise<MadePage>) => Promise<Running>

const HTML = 'text/html; charset=utf-8'

async function listening(server: Server): Promise<Running> {
  if (!server.listening)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** As `createServer` takes it; what it returns may be a promise. */
export type Listener = (...exchange: Parameters<RequestListener>) => unknown

export async function serving(listener: Listener): Promise<Running> {
  return await listening(createServer((...exchange) => void listener(...exchange)))
}

export const FRAMEWORKS: Readonly<Record<string, Framework>> = {
  'node:http': async (page) =>
    await serving((_, response) => {
      void page().then(({ body, type = HTML }) => {
        response.writeHead(200, ['Content-Type', type, 'Content-Length', Buffer.byteLength(body)])
        response.end(body)
      })
    }),
  express: async (page) => {
    const app = express()
    app.use(express.json())
    app.get('/{*any}', async (_, response) => {
      const { body, type = HTML } = await page()
      response.type(type).send(body)
    })
    return await serving(app as RequestListener)
  },
  fastify: async (page) => {
    const app = fastify()
    app.get('/*', async (_, reply) => {
      const { body, type = HTML } = await page()
      return await reply.type(type).send(body)
    })
    await app.listen({ port: 0, host: '127.0.0.1' })
    const running = await listening(app.server)
    return { url: running.url, close: async () => await app.close() }
  },
  koa: async (page) => {
    const app = new Koa()
    app.use(async (context) => {
      const { body, type = HTML } = await page()
      context.body = body
      context.type = type
    })
    return await serving(app.callback())
  },
  hono: async (page) => {
    const app = new Hono()
    app.get('*', async (context) => {
      const { body, type = HTML } = await page()
      return context.body(body, 200, { 'Content-Type': type })
    })
    const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }) as Server
    if (!server.listening) await new Promise((resolve) => server.once('listening', resolve))
    return await listening(server)
  },
  h3: async (page) => {
    const app = new H3().get('/**', async (event) => {
      const { body, type = HTML } = await page()
      event.res.headers.set('Content-Type', type)
      return body
    })
    return await serving(toNodeHandler(app))
  },
}
