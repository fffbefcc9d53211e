// The dashboard in each framework, mounted in one line, on real servers; and behind a proxy that cuts the path off.
import 'reflect-metadata'
import { createServer, request as send, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import { Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { ExpressAdapter } from '@nestjs/platform-express'
import { FastifyAdapter } from '@nestjs/platform-fastify'
import express from 'express'
import fastify from 'fastify'
import { H3, toNodeHandler } from 'h3'
import { Hono } from 'hono'
import Koa from 'koa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createCaches, type Caches, memory } from '../../src/index.ts'
import { type Dashboard, dashboard } from '../../src/dashboard/index.ts'

interface Mounted {
  readonly origin: string
  readonly close: () => Promise<void>
}

let caches: Caches
const boards: Dashboard[] = []

/** Who comes in says so by a cookie; what the framework knows is looked at, too. */
function board(basePath?: string): Dashboard {
  const made = dashboard({
    caches,
    ...(basePath === undefined ? {} : { basePath }),
    authorize: (request, native) => {
      if (native === undefined || native === null) return false
      return /(?:^|; )who=(\w+)/.exec(request.headers.get('cookie') ?? '')?.[1]
    },
  })
  boards.push(made)
  return made
}

beforeAll(() => {
  caches = createCaches({ default: { store: memory() } })
})

afterAll(async () => {
  for (const each of boards) each.close()
  await caches.close()
})

async function listening(server: Server): Promise<Mounted> {
  if (!server.listening)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

class Nothing {
  readonly name: string = 'nothing'
}
Module({})(Nothing)

const MOUNTS: Readonly<Record<string, () => Promise<Mounted>>> = {
  'node:http': async () => {
    const at = board('/ops/cache')
    return await listening(createServer((request, response) => void at.node(request, response)))
  },
  Express: async () => {
    const app = express()
    app.use('/ops/cache', board().node)
    return await listening(createServer(app as RequestListener))
  },
  'Express, behind a parser of forms': async () => {
    const app = express()
    app.use(express.urlencoded({ extended: false }))
    app.use('/ops/cache', board().node)
    return await listening(createServer(app as RequestListener))
  },
  Fastify: async () => {
    const app = fastify()
    const at = board('/ops/cache')
    const onRequest = (request: { raw: never }, reply: { hijack(): void; raw: never }): void => {
      reply.hijack()
      void at.node(request.raw, reply.raw)
    }
    for (const url of ['/ops/cache', '/ops/cache/*'])
      app.all(url, { onRequest: onRequest as never }, () => {})
    await app.listen({ port: 0, host: '127.0.0.1' })
    return {
      ...(await listening(app.server)),
      close: async () => {
        app.server.closeAllConnections()
        await app.close()
      },
    }
  },
  Hono: async () => {
    const app = new Hono()
    const at = board('/ops/cache')
    app.all('/ops/cache/*', (c) => at.fetch(c.req.raw, c))
    const server = serve({
      fetch: app.fetch,
      port: 0,
      hostname: '127.0.0.1',
      overrideGlobalObjects: false,
    }) as Server
    await new Promise<void>((resolve) =>
      server.listening ? resolve() : server.once('listening', resolve),
    )
    return await listening(server)
  },
  Koa: async () => {
    const app = new Koa()
    const at = board('/ops/cache')
    app.use(async (context, next) => {
      if (!context.path.startsWith('/ops/cache')) return await next()
      context.respond = false
      await at.node(context.req, context.res, context)
    })
    return await listening(
      createServer((request, response) => void app.callback()(request, response)),
    )
  },
  'h3 and Nitro': async () => {
    const app = new H3()
    const at = board('/ops/cache')
    app.all('/ops/cache', (event) => at.fetch(event.req as Request, event))
    app.all('/ops/cache/**', (event) => at.fetch(event.req as Request, event))
    return await listening(createServer(toNodeHandler(app) as RequestListener))
  },
  'Nest on Express': async () => {
    const app = await NestFactory.create(Nothing, new ExpressAdapter(), { logger: false })
    app.use('/ops/cache', board().node)
    await app.listen(0, '127.0.0.1')
    const server = app.getHttpServer() as Server
    return {
      ...(await listening(server)),
      close: async () => {
        server.closeAllConnections()
        await app.close()
      },
    }
  },
  'Nest on Fastify': async () => {
    const app = await NestFactory.create(Nothing, new FastifyAdapter(), { logger: false })
    app.use('/ops/cache', board().node)
    await app.listen(0, '127.0.0.1')
    const server = app.getHttpServer() as Server
    return {
      ...(await listening(server)),
      close: async () => {
        server.closeAllConnections()
        await app.close()
      },
    }
  },
}

/** Takes `/behind` for what stands at the root of `origin`, as nginx does with a slash at the end of `proxy_pass`. */
async function strippingProxy(origin: string): Promise<Mounted> {
  const server = createServer((request, response) => {
    const path = (request.url ?? '').replace(/^\/behind/, '/ops')
    const up = send(
      `${origin}${path}`,
      { method: request.method, headers: request.headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers)
        answer.pipe(response)
      },
    )
    request.pipe(up)
  })
  return await listening(server)
}

const COOKIE = { cookie: 'who=ada' }

describe.for(Object.keys(MOUNTS))('mounted on %s', (name) => {
  let site: Mounted
  let url: string

  beforeAll(async () => {
    site = await (MOUNTS[name] as () => Promise<Mounted>)()
    url = `${site.origin}/ops/cache/`
  })

  afterAll(async () => {
    await site.close()
  })

  it('serves its pages and assets, all links relative, and lets nobody else in', async () => {
    const page = await fetch(url, { headers: COOKIE })
    const text = await page.text()
    const stranger = await fetch(url)
    const links = [...text.matchAll(/(?:href|src|action)="([^"]*)"/g)].map(([, link = '']) => link)
    const assets = await Promise.all(
      links
        .filter((link) => link.startsWith('assets/'))
        .map((link) => fetch(new URL(link, page.url), { headers: COOKIE })),
    )

    expect([page.status, stranger.status]).toEqual([200, 403])
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(links.length).toBeGreaterThan(10)
    expect(links.filter((link) => /^(?:\/|https?:)/.test(link))).toEqual([])
    expect(assets.map(({ status }) => status)).toEqual(assets.map(() => 200))
  })

  it('goes to the address with the slash, also behind a proxy that calls it something else', async () => {
    const proxy = await strippingProxy(site.origin)

    const [own, behind] = [
      await fetch(url.slice(0, -1), { headers: COOKIE }),
      await fetch(`${proxy.origin}/behind/cache`, { headers: COOKIE }),
    ]
    await proxy.close()

    expect([own.status, new URL(own.url).pathname]).toEqual([200, '/ops/cache/'])
    expect([behind.status, new URL(behind.url).pathname]).toEqual([200, '/behind/cache/'])
  })

  it('does what it is asked, and not what another origin asks', async () => {
    await caches.default.set('a', 1)
    const question = await (
      await fetch(`${url}confirm?act=delete&alias=default&key=a`, { headers: COOKIE })
    ).text()
    const [, token = ''] = /name="token"\s+value="([^"]+)"/.exec(question) ?? []
    const asked = 'act=delete&alias=default&key=a'
    const body = new URLSearchParams({ asked, token })
    const answer = async (origin: string): Promise<number> =>
      (
        await fetch(`${url}act`, {
          method: 'POST',
          body,
          redirect: 'manual',
          headers: { ...COOKIE, origin },
        })
      ).status

    const forged = await answer('https://evil.example')
    const kept = await caches.default.has('a')
    const meant = await answer(site.origin)

    expect([forged, kept, meant]).toEqual([403, true, 303])
    expect(await caches.default.has('a')).toBe(false)
  })

  it('streams, and lets go when the viewer leaves', async () => {
    const leave = new AbortController()
    const stream = await fetch(`${url}live?page=`, { headers: COOKIE, signal: leave.signal })
    const reader = (stream.body as ReadableStream<Uint8Array>).getReader()

    const { value } = await reader.read()
    leave.abort()

    expect(Buffer.from(value ?? []).toString()).toMatch(/^retry: \d+\n\n/)
    await expect
      .poll(
        async () =>
          /Looking now<\/dt>\s*<dd>(\d+)/.exec(
            await (await fetch(`${url}settings`, { headers: COOKIE })).text(),
          )?.[1],
      )
      .toBe('0')
  })

  it('takes no path for a file or for a way around the gate', async () => {
    const { hostname, port } = new URL(site.origin)
    const raw = (path: string, headers: Record<string, string>): Promise<string> =>
      new Promise((resolve, reject) => {
        const asked = send({ hostname, port, path, headers }, (answer) => {
          let text = ''
          answer.on('data', (chunk: Buffer) => (text += chunk.toString()))
          answer.on('end', () => resolve(`${answer.statusCode} ${text}`))
        })
        asked.on('error', reject).end()
      })
    const paths = [
      '/ops/cache/../../etc/passwd',
      '/ops/cache/assets/..%2f..%2fpackage.json',
      '/ops/cache/%00',
      '/ops/cache//families',
      '/ops/cache/families/',
      '//ops/cache/families',
    ]

    const [strangers, admitted] = await Promise.all(
      [{}, COOKIE].map((headers) => Promise.all(paths.map((path) => raw(path, headers)))),
    )

    expect(strangers?.filter((answer) => !/^40[034] /.test(answer))).toEqual([])
    expect(admitted?.filter((answer) => /root:|"name": "breakwater"/.test(answer))).toEqual([])
  })
})
