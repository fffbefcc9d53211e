// NestJS on both of its platforms, where a method returns its answer. Decorators are called as the functions that they are.
import 'reflect-metadata'
import type { Server } from 'node:http'
import compressFastify from '@fastify/compress'
import {
  All,
  Controller,
  type INestApplication,
  Module,
  Req,
  Res,
  StreamableFile,
  UseInterceptors,
} from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { ExpressAdapter } from '@nestjs/platform-express'
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify'
import compression from 'compression'
import type { Request, Response } from 'express'
import type { FastifyReply, FastifyRequest } from 'fastify'
import * as words from '../../../../src/http/adapters/nest/index.ts'
import {
  type App,
  explainWith,
  grouped,
  layersOf,
  type Made,
  sendable,
  type Setup,
  siteOf,
} from './site.ts'

type Platform = 'express' | 'fastify'

export async function openNestOnExpress(setup: Setup): Promise<App> {
  const app = await NestFactory.create(moduleOf(setup, 'express'), new ExpressAdapter(), {
    logger: false,
    abortOnError: false,
  })
  if (setup.compressed) app.use(compression({ threshold: 0 }))
  return await listening(app, setup)
}

export async function openNestOnFastify(setup: Setup): Promise<App> {
  const app = await NestFactory.create<NestFastifyApplication>(
    moduleOf(setup, 'fastify'),
    new FastifyAdapter(),
    { logger: false, abortOnError: false },
  )
  if (setup.compressed) await app.register(compressFastify, { threshold: 0 })
  return await listening(app, setup)
}

async function listening(app: INestApplication, setup: Setup): Promise<App> {
  const site = siteOf(words, setup)
  if (site !== undefined) app.useGlobalInterceptors(site)
  await app.listen(0, '127.0.0.1')
  return { server: app.getHttpServer() as Server, close: () => app.close() }
}

function moduleOf(setup: Setup, platform: Platform): new () => object {
  const layers = layersOf(words, setup)
  class Pages {
    async answer(request: Request | FastifyRequest, response: Response | FastifyReply) {
      const header = (name: string): string | undefined => request.headers[name] as string
      const made = await setup.view({
        method: request.method,
        header,
        explain: explainWith(layers, request),
      })
      if (platform === 'express') writeHead(response as Response, made)
      else writeReplyHead(response as FastifyReply, made)
      const body = sendable(made.body)
      return typeof body === 'string' ? body : new StreamableFile(body as Buffer)
    }
  }
  const method = Object.getOwnPropertyDescriptor(Pages.prototype, 'answer') as PropertyDescriptor
  Req()(Pages.prototype, 'answer', 0)
  Res({ passthrough: true })(Pages.prototype, 'answer', 1)
  All(platform === 'express' ? '*path' : '*')(Pages.prototype, 'answer', method)
  UseInterceptors(...layers)(Pages.prototype, 'answer', method)
  Controller()(Pages)
  class Application {
    readonly pages = 'of one controller'
  }
  Module({ controllers: [Pages] })(Application)
  return Application
}

function writeHead(response: Response, made: Made): void {
  response.status(made.status ?? 200)
  if (made.reason !== undefined) response.statusMessage = made.reason
  for (const [name, value] of grouped(made.fields)) response.setHeader(name, value)
}

function writeReplyHead(reply: FastifyReply, made: Made): void {
  reply.code(made.status ?? 200)
  if (made.reason !== undefined) reply.raw.statusMessage = made.reason
  for (const [name, value] of grouped(made.fields)) reply.header(name, value)
}
