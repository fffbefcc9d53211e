// Who may come in, and which acts were meant. Closed wherever something is unclear.
//
// 1. Everybody is asked for by `authorize`, for everything, the style sheet included: one gate without exceptions. Where
//    there is none, production refuses, and elsewhere only `localhost` is answered, so that neither a forgotten option
//    nor a name that was made to point to this machine (DNS rebinding) opens it.
// 2. Acts are POST. The browser must say that they come from a page of this origin (Sec-Fetch-Site, which no page can
//    forge, or Origin), and they carry a token that only such a page has seen.
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { asGiven, plain } from './reply.ts'
import type { DashboardSettings } from './options.ts'

export type Admitted = { readonly actor: string } | { readonly refused: Response }

const CLOSED = `This dashboard is closed: in production it needs to be told who may see it.
Give it an option \`authorize\`, a function of the request that answers the name of who asks, or false:

  dashboard({ caches, authorize: (request, native) => nameOfAdmin(native) })`

const NOT_LOCAL = `This dashboard is closed: without an option \`authorize\` it answers nobody but this machine itself, as http://localhost.
Give it \`authorize\`, a function of the request that answers the name of who asks, or false.`

const NAMELESS = `This dashboard is closed: its \`authorize\` answered something that is no name.
It must answer the name of who asks, for the audit, or false.`

const LONGEST_NAME = 200

export class Gate {
  readonly #settings: DashboardSettings
  readonly #secret: Buffer
  readonly #isProduction: boolean

  constructor(settings: DashboardSettings) {
    this.#settings = settings
    this.#secret = settings.secret === undefined ? randomBytes(32) : Buffer.from(settings.secret)
    // What it is at the start counts: nothing that runs later may open the gate.
    this.#isProduction = process.env['NODE_ENV'] === 'production'
  }

  async admit(request: Request, native: unknown): Promise<Admitted> {
    const { authorize } = this.#settings
    if (authorize === undefined) return this.#admitDeveloper(request)
    let answer: unknown
    try {
      answer = await authorize(request, native)
    } catch {
      return refused(plain('This dashboard is closed: its `authorize` failed.', 403))
    }
    if (isResponse(answer)) return refused(asGiven(answer))
    if (answer === false || answer === undefined || answer === null || answer === '')
      return refused(plain('You may not see this.', 403))
    if (typeof answer !== 'string') return refused(plain(NAMELESS, 403))
    return { actor: answer.slice(0, LONGEST_NAME) }
  }

  #admitDeveloper(request: Request): Admitted {
    if (this.#isProduction) return refused(plain(CLOSED, 403))
    if (!isLocal(hostOf(request)) || isForwarded(request)) return refused(plain(NOT_LOCAL, 403))
    return { actor: 'developer' }
  }

  /** For one actor; what was made for another is worth nothing. */
  tokenFor(actor: string): string {
    return createHmac('sha256', this.#secret).update(`breakwater ${actor}`).digest('base64url')
  }

  isToken(token: string, actor: string): boolean {
    const expected = Buffer.from(this.tokenFor(actor))
    const given = Buffer.from(token)
    return given.length === expected.length && timingSafeEqual(given, expected)
  }

  /** Why an act is not taken from where it comes; `undefined` when it is. */
  foreign(request: Request): string | undefined {
    const origin = request.headers.get('origin')
    if (origin !== null && this.#settings.origins.has(origin)) return undefined
    const site = request.headers.get('sec-fetch-site')
    if (site !== null) return site === 'same-origin' ? undefined : FOREIGN
    // An old browser, or a page that did not come by TLS: the origin must be the host that was asked.
    if (origin === null || !URL.canParse(origin)) return FOREIGN
    return new URL(origin).host === hostOf(request) ? undefined : FOREIGN
  }
}

const FOREIGN = `This act was refused: it does not come from a page of this dashboard.
If it does, a proxy has changed the Host of the request. Name the address that browsers see in the option \`origins\`, such as ['https://ops.example'].`

function refused(response: Response): Admitted {
  return { refused: response }
}

/** As the client asked for it; a web server that has no such field knows it from the address. */
function hostOf(request: Request): string {
  return (request.headers.get('host') ?? new URL(request.url).host).toLowerCase()
}

function isLocal(host: string): boolean {
  return /^(?:localhost|[\w-]+\.localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/.test(host)
}

/** A tunnel or a proxy brings strangers in under our own name. */
function isForwarded({ headers }: Request): boolean {
  return ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'via'].some((name) =>
    headers.has(name),
  )
}

/** By what it has: servers put classes of their own in the place of the platform's, and not all at the same time. */
function isResponse(answer: unknown): answer is Response {
  return typeof answer === 'object' && answer !== null && 'status' in answer && 'headers' in answer
}
