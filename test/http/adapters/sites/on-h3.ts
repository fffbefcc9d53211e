// h3, where a view returns its answer, as a value of any kind.
import compression from 'compression'
import { H3, toNodeHandler } from 'h3'
import * as words from '../../../../src/http/adapters/h3/index.ts'
import { type App, layersOf, onServer, sendable, type Setup, siteOf } from './site.ts'

export function openH3(setup: Setup): App {
  const { compressed, view } = setup
  const site = siteOf(words, setup)
  const app = new H3({ silent: true })
  if (site !== undefined) app.use(site)
  const made = async (event: H3Call): Promise<unknown> => {
    const header = (name: string): string | undefined => event.req.headers.get(name) ?? undefined
    const answer = await view({ method: event.req.method, header })
    event.res.status = answer.status ?? 200
    if (answer.reason !== undefined) event.res.statusText = answer.reason
    for (const [name, value] of answer.fields ?? []) event.res.headers.append(name, value)
    return sendable(answer.body)
  }
  app.all('/**', made, { middleware: layersOf(words, setup) })
  const answer = toNodeHandler(app)
  const compress = compression({ threshold: 0 })
  return onServer((request, response) => {
    if (!compressed) return void answer(request, response)
    compress(request as never, response as never, () => void answer(request, response))
  })
}

type H3Call = Pick<words.H3Event, 'req' | 'res'>
