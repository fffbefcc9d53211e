// Koa, where a view leaves its answer in the context.
import Koa from 'koa'
import compress from 'koa-compress'
import * as words from '../../../../src/http/adapters/koa/index.ts'
import { type App, explainWith, layersOf, onServer, sendable, type Setup, siteOf } from './site.ts'

export function openKoa(setup: Setup): App {
  const { compressed, view } = setup
  const site = siteOf(words, setup)
  const app = new Koa()
  app.silent = true
  if (compressed) app.use(compress({ threshold: 0 }))
  if (site !== undefined) app.use(site)
  const layers = layersOf(words, setup)
  for (const layer of layers) app.use(layer)
  app.use(async (ctx) => {
    const header = (name: string): string | undefined => ctx.req.headers[name] as string
    const made = await view({ method: ctx.method, header, explain: explainWith(layers, ctx) })
    ctx.status = made.status ?? 200
    if (made.reason !== undefined) ctx.message = made.reason
    for (const [name, value] of made.fields ?? []) ctx.append(name, value)
    ctx.body = sendable(made.body)
  })
  return onServer(app.callback())
}
