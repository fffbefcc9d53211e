import type { AdapterName } from './attack.ts'
import type { OpenApp } from './apps/app.ts'
import { openFastify } from './apps/on-fastify.ts'
import { openH3 } from './apps/on-h3.ts'
import { openKoa } from './apps/on-koa.ts'
import { openNestOnExpress, openNestOnFastify } from './apps/on-nest.ts'
import { openExpress, openNode } from './apps/on-node.ts'
import { openHono, openWeb } from './apps/on-web.ts'

/** A row for each way to reach the page cache. */
export const ADAPTERS: readonly (readonly [name: AdapterName, open: OpenApp])[] = [
  ['pageCache', openWeb],
  ['node:http', openNode],
  ['Express', openExpress],
  ['Fastify', openFastify],
  ['Koa', openKoa],
  ['Hono', openHono],
  ['h3', openH3],
  ['Nest/Express', openNestOnExpress],
  ['Nest/Fastify', openNestOnFastify],
]
