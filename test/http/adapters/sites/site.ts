// What a site of any framework is told, and a client that changes nothing: no decoding, no pooling, no following.
import {
  createServer,
  type IncomingMessage,
  request as httpRequest,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import type { PageHoles } from '../../../../src/cache/hole.ts'
import type { Duration } from '../../../../src/base/duration.ts'
import type {
  CacheControlOptions,
  ConditionalOptions,
  PageExplanation,
  PageOptions,
  PageSigns,
  PageStore,
  SiteOptions,
} from '../../../../src/http/index.ts'

/** What a test's view is told, in every framework alike. */
interface Call {
  readonly method: string
  readonly header: (name: string) => string | undefined
  /** What the page cache has to say of this very request. */
  readonly explain: () => Promise<PageExplanation>
}

export interface Made {
  readonly status?: number
  /** The reason phrase. */
  readonly reason?: string
  readonly fields?: readonly (readonly [name: string, value: string])[]
  readonly body?: string | Buffer | AsyncIterable<Buffer>
}

/** A word beside the route, and what it is told: `['neverCache']`, `['varyOnHeaders', 'Accept-Language']`. */
export type Layer =
  | readonly ['cachePage', PageStore, Duration, PageOptions<never>]
  | readonly ['cacheControl', CacheControlOptions]
  | readonly ['conditional', ConditionalOptions<never>]
  | readonly ['neverCache']
  | readonly ['varyOnCookie' | 'varyOnHeaders', ...string[]]

export interface Setup {
  readonly store: PageStore
  readonly options: Pick<
    PageOptions,
    | 'cacheStatus'
    | 'cdn'
    | 'clock'
    | 'compress'
    | 'maxBodyBytes'
    | 'onError'
    | 'staleIfError'
    | 'targets'
  > & { readonly route?: string }
  /** Option `holes`. Default: no page is kept with any. */
  readonly holes?: PageHoles<never>
  readonly view: (call: Call) => Made | Promise<Made>
  /** Puts the framework's usual compressor in front of the cache. */
  readonly compressed: boolean
  /** Around all routes, where the framework has its place for that. Default: nothing. */
  readonly site?: readonly [PageStore, Duration, SiteOptions<never>]
  /** What stands between that and the view, from outside inwards. Default: `cachePage` alone. */
  readonly layers?: readonly Layer[]
}

/** The words of one subpath, as a site calls them. */
type Words<Made> = Readonly<Record<Layer[0], (...args: never[]) => Made>>

/** The layers of a route in the shape of a framework. */
export function layersOf<Made>(words: Words<Made>, setup: Setup): Made[] {
  const { holes = [], layers, store } = setup
  const options = { ...setup.options, holes }
  const said: readonly Layer[] = layers ?? [['cachePage', store, '60s', options]]
  return said.map(([name, ...args]) => words[name](...(args as never[])))
}

/** The cache around all routes in the shape of a framework. */
export function siteOf<Made>(
  words: { siteCache(...args: never[]): Made },
  { site }: Setup,
): Made | undefined {
  return site && words.siteCache(...(site as unknown as never[]))
}

/** What the first of the layers that can has to say of a request. */
export function explainWith(layers: readonly object[], request: unknown): Call['explain'] {
  return async () => {
    const pages = layers.find((layer) => 'explain' in layer) as PageSigns<unknown>
    return await pages.explain(request)
  }
}

/** A field of a request as any framework hands it to an option. */
export function headerOf(incoming: unknown, name: string): string | undefined {
  const { req } = incoming as { req?: { raw?: object } }
  const { headers } = (req?.raw ?? req ?? incoming) as { headers: unknown }
  if (headers instanceof Headers) return headers.get(name) ?? undefined
  return (headers as Record<string, string | undefined>)[name]
}

/** An application on a server that is not yet listening, and how to end what else it holds. */
export interface App {
  readonly server: Server
  /** How it is asked, where that is not HTTP/1.1. */
  readonly ask?: (port: number, path: string, ask: Ask) => Promise<Got>
  readonly close?: () => Promise<unknown>
}

export type OpenApp = (setup: Setup) => App | Promise<App>

export interface Got {
  readonly status: number
  readonly body: Buffer
  /** All lines of a field, in order. */
  lines(name: string): readonly string[]
  field(name: string): string | undefined
}

export interface Ask {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Leaves once the first bytes of the body have come and this is fulfilled. */
  readonly leaveEarly?: Promise<void>
  /** Told when the first bytes of the body have come. */
  readonly onFirst?: () => void
}

/** A real server on a free port of its own. */
export class Site {
  readonly #app: App

  private constructor(app: App) {
    this.#app = app
  }

  static async open(app: App): Promise<Site> {
    if (!app.server.listening) {
      await new Promise<void>((resolve) => app.server.listen(0, '127.0.0.1', resolve))
    }
    return new Site(app)
  }

  get port(): number {
    return (this.#app.server.address() as AddressInfo).port
  }

  async get(path: string, ask: Ask = {}): Promise<Got> {
    const { port } = this
    if (this.#app.ask !== undefined) return await this.#app.ask(port, path, ask)
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const headers = { host: 'site.test', ...ask.headers }
      const method = ask.method ?? 'GET'
      const to = { port, host: '127.0.0.1', path, method, headers, agent: false }
      httpRequest(to).on('response', resolve).on('error', reject).end()
    })
    const chunks: Buffer[] = []
    if (ask.leaveEarly !== undefined) {
      chunks.push(await new Promise<Buffer>((resolve) => response.once('data', resolve)))
      await ask.leaveEarly
      response.destroy()
    } else {
      for await (const chunk of response) {
        if (chunks.length === 0) ask.onFirst?.()
        chunks.push(chunk as Buffer)
      }
    }
    return got(response.statusCode, response.rawHeaders, Buffer.concat(chunks))
  }

  async close(): Promise<void> {
    const { close, server } = this.#app
    server.closeAllConnections()
    await close?.()
    if (server.listening) await new Promise((resolve) => server.close(resolve))
  }
}

/** @param raw `[name, value, …]` */
export function got(status: number | undefined, raw: readonly string[], body: Buffer): Got {
  const lines = (name: string): string[] => {
    return raw.filter((_, at) => at % 2 === 1 && raw[at - 1]?.toLowerCase() === name)
  }
  return {
    status: status ?? 0,
    body,
    lines,
    field: (name) => lines(name)[0],
  }
}

export function onServer(
  listener: (request: IncomingMessage, response: ServerResponse) => unknown,
): App {
  return { server: createServer((request, response) => void listener(request, response)) }
}

/** Fields by name, for frameworks that take all lines of one name at once. */
export function grouped(fields: Made['fields'] = []): [string, string | string[]][] {
  const found = new Map<string, string[]>()
  for (const [name, value] of fields) found.set(name, [...(found.get(name) ?? []), value])
  return [...found].map(([name, lines]) => {
    return [name, lines.length === 1 ? (lines[0] as string) : lines]
  })
}

/** Text and bytes as they are, anything longer as a stream. */
export function sendable(body: Made['body'] = ''): string | Buffer | Readable {
  return typeof body === 'string' || Buffer.isBuffer(body) ? body : Readable.from(body)
}
