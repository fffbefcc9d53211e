import type { ServerResponse } from 'node:http'
import { CacheError, isCacheError, isOutage } from '../base/errors.ts'
import { Assets } from './assets.ts'
import { ACTS } from './acts.ts'
import { Asked } from './asked.ts'
import { Board } from './board.ts'
import { shortText } from './body.ts'
import { Gate } from './gate.ts'
import { html, type Html, type Piece } from './markup.ts'
import { type DashboardNodeRequest, webRequest, writeResponse } from './node-handler.ts'
import { type DashboardOptions, type DashboardSettings, resolveOptions } from './options.ts'
import { placeOf } from './place.ts'
import { asset, json, page, plain, redirect } from './reply.ts'
import { knownFindings } from './views/advice.ts'
import type { Ask, View } from './views/ask.ts'
import { confirm } from './views/confirm.ts'
import { layout } from './views/layout.ts'
import { banner } from './views/parts.ts'
import { navigation, VIEWS } from './views/views.ts'

/** What the cache does, on pages, for whoever may see it. */
export interface Dashboard {
  /**
   * Answers a request, in the web's own terms: `app.all('/ops/cache/*', (c) => board.fetch(c.req.raw, c))`. Never rejects.
   *
   * @param native handed to `authorize` as its second argument
   */
  readonly fetch: (request: Request, native?: unknown) => Promise<Response>
  /**
   * The same for `node:http` and what stands on it: `app.use('/ops/cache', board.node)`. Never rejects.
   *
   * @param native handed to `authorize` as its second argument. Default: the request
   */
  readonly node: (
    request: DashboardNodeRequest,
    response: ServerResponse,
    native?: unknown,
  ) => Promise<void>
  /** Ends the timer and all streams. The caches are not its own: they stay open. Idempotent. */
  readonly close: () => void
}

/**
 * The dashboard of some caches, to be mounted anywhere: it is one function from request to response. It looks at the caches'
 * counters every two seconds and keeps those of the last fifteen minutes, some 400 kB for each alias in use. It asks a store
 * only for what somebody looks at, and never for all its keys.
 *
 * @throws {CacheError} `E_OPTION`
 */
export function dashboard(options: DashboardOptions): Dashboard {
  const handler = new Handler(resolveOptions(options))
  return Object.freeze({
    fetch: async (request: Request, native?: unknown) => await handler.answer(request, native, ''),
    node: async (incoming: DashboardNodeRequest, outgoing: ServerResponse, native?: unknown) => {
      // Express hands its `next` over in this place.
      const known = native === undefined || typeof native === 'function' ? incoming : native
      try {
        const web = await webRequest(incoming)
        const response =
          'request' in web ? await handler.answer(web.request, known, web.cutOff) : web
        await writeResponse(response, outgoing, incoming.method === 'HEAD')
      } catch {
        // The client left while it was read from or written to.
        outgoing.destroy()
      }
    },
    close: () => handler.board.close(),
  })
}

/** A form that is sent with the script says so, and is answered in a few words. */
const BY_SCRIPT = 'x-breakwater'

class Handler {
  readonly board: Board
  readonly #settings: DashboardSettings
  readonly #gate: Gate
  readonly #assets: Assets = new Assets()

  constructor(settings: DashboardSettings) {
    this.#settings = settings
    this.#gate = new Gate(settings)
    this.board = new Board(settings)
  }

  /** @param cutOff what a router has cut off the path, where it is still there */
  async answer(request: Request, native: unknown, cutOff: string): Promise<Response> {
    const { basePath } = this.#settings
    try {
      const admitted = await this.#gate.admit(request, native)
      if ('refused' in admitted) return admitted.refused
      const url = new URL(request.url)
      const place = placeOf(url.pathname, basePath === '' ? cutOff : basePath)
      if (place.kind === 'bare') return redirect(place.to + url.search, 308)
      if (place.kind === 'outside') return plain(`This is the dashboard of ${basePath}/.`, 404)
      const ask = { board: this.board, params: url.searchParams, actor: admitted.actor }
      if (request.method === 'POST') return await this.#act(request, ask, place.path)
      if (request.method !== 'GET' && request.method !== 'HEAD')
        return plain('Only GET, HEAD and POST.', 405, { allow: 'GET, HEAD, POST' })
      return await this.#show(ask, place.path)
    } catch (error) {
      return plain(messageOf(error), statusOf(error))
    }
  }

  async #show(ask: Ask, path: string): Promise<Response> {
    const found = this.#assets.find(path)
    if (found !== undefined) return asset(found.bytes, found.type)
    if (path === 'live') return this.#stream(ask)
    if (path === 'audit.json') {
      return json(this.board.audit.entries(), 200, {
        'content-disposition': 'attachment; filename="breakwater-audit.json"',
      })
    }
    if (path === 'confirm') return await this.#confirm(ask)
    const view = VIEWS.get(path)
    if (view === undefined) return plain('There is no such page.', 404)
    const { main, status } = await mainOf(view, ask)
    return page(this.#framed(ask, path, view, main), status)
  }

  /** What a view shows, kept up to date for as long as somebody reads. */
  #stream({ params }: Ask): Response {
    const name = params.get('page') ?? ''
    const view = VIEWS.get(name)
    if (view?.live !== true) return plain('There is no such stream.', 404)
    const narrowed = new URLSearchParams([...params].filter(([key]) => NARROWING.has(key)))
    narrowed.sort()
    // The same for all who watch it: nobody's name is in it.
    const ask = { board: this.board, params: narrowed, actor: '' }
    const render = async (): Promise<string> => (await view.render(ask)).toString()
    const response = this.board.live.open(`${name}?${narrowed.toString()}`, render)
    // 204 tells the browser to stay away; the page then says that it is not live.
    return response ?? new Response(null, { status: 204 })
  }

  async #confirm(ask: Ask, status = 200, said?: Piece): Promise<Response> {
    if (this.#settings.readOnly) return plain(READ_ONLY, 403)
    const view = { title: 'Confirm', live: false }
    try {
      const main = await confirm(ask, this.#gate.tokenFor(ask.actor), said)
      return page(this.#framed(ask, 'tags', view, main), status)
    } catch (error) {
      return page(this.#framed(ask, 'tags', view, failed(error)), statusOf(error))
    }
  }

  async #act(request: Request, ask: Ask, path: string): Promise<Response> {
    const { actor, board } = ask
    if (this.#settings.readOnly) return plain(READ_ONLY, 403)
    const foreign = this.#gate.foreign(request)
    if (foreign !== undefined) return plain(foreign, 403)
    if (path !== 'act') return plain('There is no such act.', 404)
    const body = await shortText(request.body)
    if (body === undefined) return plain('Too long.', 413)
    const sent = new URLSearchParams(body)
    const params = new URLSearchParams(sent.get('asked') ?? '')
    for (const name of ['ttl', 'typed']) params.set(name, sent.get(name) ?? '')
    const act = ACTS.get(params.get('act') ?? '')
    if (act === undefined) return plain('There is no such act.', 404)
    const again = { board, params, actor }
    if (!this.#gate.isToken(sent.get('token') ?? '', actor))
      return await this.#confirm(again, 409, OTHER_PROCESS)
    const asked = new Asked(board, params)
    const typed = act.typed?.(asked)
    if (typed !== undefined && params.get('typed') !== typed)
      return await this.#confirm(
        again,
        422,
        'What was typed is not what was asked for. Nothing was done.',
      )
    let done
    try {
      done = await act.run(asked)
    } catch (error) {
      if (!isOutage(error)) return await this.#confirm(again, statusOf(error), messageOf(error))
      done = { outcome: 'failed', message: messageOf(error) } as const
    }
    const target = board.settings.redaction.key(asked.alias, act.target(asked))
    const { id } = board.audit.note({
      actor,
      action: params.get('act') ?? '',
      alias: asked.alias,
      target,
      ...done,
    })
    const back = act.back(asked)
    const href = `${back}${back.includes('?') ? '&' : '?'}done=${id}`
    if (request.headers.has(BY_SCRIPT)) return json({ ...done, href })
    return redirect(href, 303)
  }

  #framed(ask: Ask, path: string, view: Pick<View, 'live' | 'title'>, main: Html): Html {
    const counts = { advice: knownFindings(this.board) }
    const frame = {
      assets: this.#assets,
      navigation: navigation(counts),
      page: path,
      view,
      notice: this.#notice(ask),
    }
    return layout(ask, frame, main)
  }

  /** What came of the act that one comes from; nobody else's. */
  #notice({ actor, params }: Ask): Html | undefined {
    const entry = this.board.audit.find(Number(params.get('done')))
    if (entry === undefined || entry.actor !== actor) return undefined
    const tone = { done: 'good', queued: 'warn', failed: 'bad' } as const
    return html`<div role="status">
      ${banner(tone[entry.outcome], entry.outcome === 'done' ? 'Done.' : 'Not done.', entry.message)}
    </div>`
  }
}

const READ_ONLY = 'This dashboard is read only: nothing can be changed here.'
const OTHER_PROCESS =
  'This question was asked by another process, or for somebody else. It is asked again here: answer it once more. Option `secret` spares that.'

/** What streams may be narrowed to; all else would make views that nobody shares. */
const NARROWING: ReadonlySet<string> = new Set(['alias', 'of', 'filter', 'sort'])

async function mainOf(
  view: View,
  ask: Ask,
): Promise<{ readonly main: Html; readonly status: number }> {
  try {
    return { main: await view.render(ask), status: 200 }
  } catch (error) {
    return { main: failed(error), status: statusOf(error) }
  }
}

function failed(error: unknown): Html {
  const title = isOutage(error) ? 'The store does not answer' : 'This cannot be shown'
  return html`<h1>${title}</h1>
    ${banner('bad', 'Nothing was changed.', messageOf(error))}`
}

/** Ours says what to do; of others nobody knows what they give away. */
function messageOf(error: unknown): string {
  return isCacheError(error)
    ? error.message
    : 'Something went wrong. See the log of the application.'
}

function statusOf(error: unknown): number {
  if (isOutage(error)) return 503
  if (error instanceof CacheError && error.code === 'E_ALIAS') return 404
  return isCacheError(error) ? 400 : 500
}
