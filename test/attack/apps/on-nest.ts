// NestJS on both of its platforms, where a method returns its answer. Decorators are called as the functions that they are.
import 'reflect-metadata'
import type { IncomingMessage, Server } from 'node:http'
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
import { FastifyAdapter } from '@nestjs/platform-fastify'
import { cachePage, siteCache } from 'breakwater/nest'
import type { Request, Response } from 'express'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Call, Made, ProfileName } from '../attack.ts'
import { PROFILE_NAMES } from '../profiles.ts'
import { type App, cachesOf, grouped, sendable, type Setup } from './app.ts'
import {
  callOf as fastifyCall,
  outerLayers as beforeFastify,
  rollingSession,
  setFields,
} from './on-fastify.ts'
import { expressCall, outerLayers as beforeExpress } from './on-node.ts'

type Platform = 'Express' | 'Fastify'

export async function openNestOnExpress(setup: Setup): Promise<App> {
  const app = await NestFactory.create(moduleOf(setup, 'Express'), new ExpressAdapter(), QUIET)
  app.use((request: Request, response: Response, next: () => void) => {
    beforeExpress(request as IncomingMessage, response, request.originalUrl)
    next()
  })
  return await listening(app)
}

export async function openNestOnFastify(setup: Setup): Promise<App> {
  const adapter = new FastifyAdapter()
  const fastify = adapter.getInstance<FastifyInstance>()
  fastify.addHook('onRequest', async (request, reply) => beforeFastify(request, reply))
  fastify.addHook('onSend', async (request, reply) => rollingSession(request, reply))
  return await listening(await NestFactory.create(moduleOf(setup, 'Fastify'), adapter, QUIET))
}

const QUIET = { logger: false, abortOnError: false } as const

async function listening(app: INestApplication): Promise<App> {
  await app.listen(0, '127.0.0.1')
  return { server: app.getHttpServer() as Server, close: () => app.close() }
}

function moduleOf(setup: Setup, platform: Platform): new () => object {
  const controllers = PROFILE_NAMES.map((name) => controllerOf(setup, platform, name, `${name}/`))
  controllers.push(controllerOf(setup, platform, 'plain', ''))
  class Application {
    readonly pages = 'of these controllers'
  }
  Module({ controllers })(Application)
  return Application
}

function controllerOf(
  setup: Setup,
  platform: Platform,
  profile: ProfileName,
  under: string,
): new () => object {
  class Pages {
    async answer(request: Request | FastifyRequest, response: Response | FastifyReply) {
      const call: Call =
        platform === 'Express'
          ? expressCall(request as Request)
          : fastifyCall(request as FastifyRequest)
      const made = await setup.view(call)
      writeHead(response, made)
      const body = sendable(made.body)
      return typeof body === 'string' ? body : new StreamableFile(body as Buffer)
    }
  }
  const method = Object.getOwnPropertyDescriptor(Pages.prototype, 'answer') as PropertyDescriptor
  Req()(Pages.prototype, 'answer', 0)
  Res({ passthrough: true })(Pages.prototype, 'answer', 1)
  All(under + (platform === 'Express' ? '*path' : '*'))(Pages.prototype, 'answer', method)
  const { page, site } = cachesOf(profile, setup, cachePage, siteCache)
  const cached = [site, page].filter((each) => each !== undefined)
  if (cached.length > 0) UseInterceptors(...cached)(Pages.prototype, 'answer', method)
  Controller()(Pages)
  return Pages
}

function writeHead(response: Response | FastifyReply, made: Made): void {
  if ('raw' in response) {
    response.code(made.status ?? 200)
    setFields(response, made)
  } else {
    response.status(made.status ?? 200)
    for (const [name, value] of grouped(made.fields)) response.setHeader(name, value)
  }
}
