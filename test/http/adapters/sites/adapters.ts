// Every framework that pages are cached on.
import { openFastify } from './on-fastify.ts'
import { openH3 } from './on-h3.ts'
import { openKoa } from './on-koa.ts'
import { openNestOnExpress, openNestOnFastify } from './on-nest.ts'
import { openExpress, openNode } from './on-node.ts'
import { openHono } from './on-web.ts'
import type { OpenApp } from './site.ts'

export const ADAPTERS: readonly (readonly [name: string, open: OpenApp])[] = [
  ['node:http', openNode],
  ['Express', openExpress],
  ['Fastify', openFastify],
  ['Koa', openKoa],
  ['h3', openH3],
  ['Hono', openHono],
  ['NestJS on Express', openNestOnExpress],
  ['NestJS on Fastify', openNestOnFastify],
]
