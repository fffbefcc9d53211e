// The language in which attacks are written: a view, and those who ask for its page.

/** What a view can learn of its request, by the means that its framework offers. */
export interface Call {
  readonly method: string
  /** The target as the framework shows it, with its query. */
  readonly url: string
  header(name: string): string | undefined
  /** Every field that the framework lists. */
  headers(): readonly (readonly [name: string, value: string])[]
  cookie(name: string): string | undefined
  query(name: string): string | undefined
  host(): string
  scheme(): string
  /** The client's, as the framework tells it. */
  address(): string
  /** Who a layer outside the cache found to be asking, where such layers put it. */
  user(): string | undefined
  /** Signs somebody in, where those layers put it, while the page is being made. */
  login(user: string): void
  /** What the same layer keeps for whoever is asking. */
  session(): { readonly basket: string } | undefined
}

export interface Made {
  readonly status?: number
  readonly fields?: readonly (readonly [name: string, value: string])[]
  readonly body?: string | Buffer | AsyncIterable<Buffer>
  /** How the head is written, where a framework leaves the choice. Default: field by field. */
  readonly by?: 'writeHead' | 'list'
}

/** One request. Everything that it sends and that could reach a stranger contains `as`. */
export interface Ask {
  /** Who is asking: found in an answer to somebody else, it has leaked. */
  readonly as: string
  readonly method?: string
  /** Appended to the address of the attack. */
  readonly path?: string
  /** The whole target instead, made of the address of the attack. */
  readonly target?: (base: string) => string
  /** Lines of Host. Default: one, `site.test`. */
  readonly hosts?: readonly string[]
  readonly headers?: readonly (readonly [name: string, value: string])[]
  readonly body?: string
  /** Leaves after the first bytes of the answer. */
  readonly leaves?: boolean
}

/** How the pages of an attack are cached: see profiles.ts. */
export type ProfileName =
  | 'plain'
  | 'strict'
  | 'users'
  | 'anonymous'
  | 'hosts'
  | 'narrow'
  | 'stale'
  | 'failing'
  | 'holes'
  | 'early'
  | 'rolling'
  | 'site'
  | 'siteUsers'
  | 'siteAnonymous'
  | 'siteInner'

export interface Attack {
  readonly name: string
  /** Default `'plain'`. */
  readonly profile?: ProfileName
  /** Numbers of those who were hit by it. */
  readonly cve?: readonly string[]
  readonly view: (call: Call) => Made | Promise<Made>
  /** One after the other, then backwards at an address of its own, then all at once at another. */
  readonly asks: readonly Ask[]
  /** Any other page than the view's own is a leak, even where no name of another is in it: a cut, empty or foreign page. */
  readonly exact?: boolean
  /** The attacker’s own answers are its own loss: only a name of somebody else in them counts. */
  readonly provoked?: boolean
  /** Milliseconds that pass before each request but the first. */
  readonly pause?: number
  /** Whoever comes after the first must be given its page: nobody can make the view work again. */
  readonly hits?: boolean
  /** It may not be kept at all, because no two requests are alike: what it shows is not compared. */
  readonly never?: boolean
  /** Never by a crowd: whoever waits for the page of all is given it, and rightly, though an own one would differ. */
  readonly alone?: boolean
  /** A tag that the framework makes of what the view sends is not sent: the cache has one of what the client gets. */
  readonly ownTags?: boolean
  /** Why another page than the view’s own is right here. */
  readonly lesser?: string
  /** Only these adapters can be asked so. Default: all. */
  readonly on?: readonly AdapterName[]
}

export type AdapterName =
  | 'pageCache'
  | 'node:http'
  | 'Express'
  | 'Fastify'
  | 'Koa'
  | 'Hono'
  | 'h3'
  | 'Nest/Express'
  | 'Nest/Fastify'

/** Attacks of one kind, and what that kind is. */
export interface Hazard {
  readonly title: string
  /** In one line: what happens to whom. */
  readonly harm: string
  /** It is also done by many at once. */
  readonly together?: boolean
  readonly attacks: readonly Attack[]
}

/** Text of those who ask: letters that occur nowhere else. */
export const ALICE = 'alice-a1c3'
export const BOB = 'bob-b0b5'
export const MALLORY = 'mallory-e7i1'
