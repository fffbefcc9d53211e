// h3, where a view returns its answer, as a value of any kind.
import compression from 'compression'
import { H3, toNodeHandler } from 'h3'
import * as words from '../../../../src/http/adapters/h3/index.ts'
import { type App, explainWith, layersOf, onServer, sendable, type Setup, siteOf } from './site.ts'

export function openH3(setup: Setup): App {
  const { compressed, view } = setup
  const site = siteOf(words, setup)
  const app = new H3({ silent: true })
  if (site !== undefined) app.use(site)
  const layers = layersOf(words, setup)
  for (const layer of layers) app.use(layer)
  app.all('/**', async (event) => {
    const header = (name: string): string | undefined => event.req.headers.get(name) ?? undefined
    const made = await view({
      method: event.req.method,
      header,
      explain: explainWith(layers, event),
    })
    event.res.status = made.status ?? 200
    if (made.reason !== undefined) event.res.statusText = made.reason
    for (const [name, value] of made.fields ?? []) event.res.headers.append(name, value)
    return sendable(made.body)
  })
  const answer = toNodeHandler(app)
  const compress = compression({ threshold: 0 })
  return onServer((request, response) => {
    if (!compressed) return void answer(request, response)
    compress(request as never, response as never, () => void answer(request, response))
  })
}
