// Koa, where a view leaves its answer in the context.
import Koa from 'koa'
import compress from 'koa-compress'
import { cachePage } from '../../../../src/http/adapters/koa/index.ts'
import { type App, onServer, sendable, type Setup } from './site.ts'

export function openKoa({ compressed, options, store, view }: Setup): App {
  const app = new Koa()
  app.silent = true
  if (compressed) app.use(compress({ threshold: 0 }))
  const pages = cachePage(store, '60s', options)
  app.use(pages)
  app.use(async (ctx) => {
    const header = (name: string): string | undefined => ctx.req.headers[name] as string
    const made = await view({ method: ctx.method, header, explain: () => pages.explain(ctx) })
    ctx.status = made.status ?? 200
    for (const [name, value] of made.fields ?? []) ctx.append(name, value)
    ctx.body = sendable(made.body)
  })
  return onServer(app.callback())
}
