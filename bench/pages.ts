// A page that is there, against caches of pages of others: `npm run bench pages`. (`npm run bench servers` has all frameworks.)
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { load } from './harness/http-load.ts'
import { costInTurn } from './harness/measuring.ts'
import { PAGE_CONTENDERS, type PageContenderName } from './harness/page-contenders.ts'
import type { Entrant, Question, Readings } from './harness/question.ts'

const BYTES = 20_480
const CONNECTIONS = 50
const SERVER = fileURLToPath(new URL('harness/page-server.js', import.meta.url))
const LIMIT = 'node:http, end(buffer)'
const OURS = 'breakwater, in front of Express'

const page = (label: string, contender: PageContenderName): Entrant => ({
  label,
  contender,
  tiers: 'memory',
})

export const pages: Question = {
  name: 'pages',
  title: 'A page from memory',
  about: [
    'A page of 20 KiB that the cache has: processor time of the server for each request, 50 connections. In process: the same page is read as text without a server, by a request in web terms for us, by `undici.request` with its cache interceptor, which is a cache of the client.',
    'The limit is `response.end(buffer)` on node:http. Without a cache, Express sends a text that is ready; what a real view costs comes on top.',
  ],
  needsRedis: false,
  rounds: 7,
  seconds: 35,
  packages: ['express', 'apicache', 'undici'],
  measures: [
    { name: 'page', unit: 'µs of CPU', better: 'less' },
    { name: 'in process', unit: 'µs of CPU', better: 'less' },
  ],
  limit: LIMIT,
  ours: OURS,
  entrants: [
    page(LIMIT, 'node'),
    page(OURS, 'in-front'),
    page('breakwater, within Express', 'within-express'),
    page('apicache, within Express', 'apicache'),
    page('Express, no cache', 'express'),
    page('breakwater, in process', 'in-process'),
    page('undici, cache interceptor', 'undici'),
  ],
  async start({ contender }, { isQuick }) {
    const { listen, read } = await PAGE_CONTENDERS[contender as PageContenderName]()
    const requests = isQuick ? 500 : 3000
    const server = listen === undefined ? undefined : await Server.start(contender)
    // What is measured has been compiled by then.
    await server?.cpuUs(isQuick ? 500 : 10_000)
    return {
      async round(): Promise<Readings> {
        const served = await server?.cpuUs(requests)
        const inProcess =
          read &&
          (await costInTurn(isQuick ? 50 : 200, async () => await read('http://site.test/')))
        return { page: served, 'in process': inProcess?.cpuUs }
      },
      async stop() {
        server?.stop()
      },
    }
  },
}

class Server {
  readonly #child: ChildProcess
  readonly #port: number

  private constructor(child: ChildProcess, port: number) {
    this.#child = child
    this.#port = port
  }

  static async start(contender: string): Promise<Server> {
    const child = fork(SERVER, [contender])
    const [port] = (await once(child, 'message')) as [number]
    return new Server(child, port)
  }

  /** Of each of so many requests. */
  async cpuUs(requests: number): Promise<number> {
    const before = await this.#used()
    await load(this.#port, CONNECTIONS, requests, BYTES)
    return ((await this.#used()) - before) / requests
  }

  stop(): void {
    this.#child.kill()
  }

  async #used(): Promise<number> {
    this.#child.send('used?')
    const [{ system, user }] = (await once(this.#child, 'message')) as [NodeJS.CpuUsage]
    return system + user
  }
}
