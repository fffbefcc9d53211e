// The cookie that carries a session's id, signed, so that ids which were never given out cost no look at the store.
import { createHmac, timingSafeEqual } from 'node:crypto'
import { env } from 'node:process'
import { type Duration, toMs } from '../base/duration.ts'
import { optionError } from '../base/errors.ts'
import { refuseUnknown } from '../base/suggest.ts'

/** How the cookie is made that names a session. */
export interface SessionCookieOptions {
  /** Default `'session'`. One that begins with `__Host-` no other host of the domain can set; it needs `secure` and path `/`. */
  readonly name?: string
  /** Default `'/'`. */
  readonly path?: string
  /** Default: the host that sent it, and no other. */
  readonly domain?: string
  /** `'lax'` (default) keeps it out of other sites' forms; `'none'` needs `secure`. */
  readonly sameSite?: 'lax' | 'strict' | 'none'
  /** Sent over HTTPS only. Default: in production. */
  readonly secure?: boolean
  /** How long the browser keeps it. `'browser'`: until it is closed. Default: as long as the session lives. */
  readonly maxAge?: Duration | 'browser'
  /** Kept apart for each site that embeds this one (CHIPS). Default false. */
  readonly partitioned?: boolean
}

const NAMES = ['name', 'path', 'domain', 'sameSite', 'secure', 'maxAge', 'partitioned'] as const
const SAME_SITE = { lax: 'Lax', strict: 'Strict', none: 'None' } as const
/** RFC 6265 §4.1.1: a token; and of a value what needs no quotes. */
const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/
const ATTRIBUTE = /^[\x20-\x3a\x3c-\x7e]*$/
const MIN_SECRET_LENGTH = 32

export class SessionCookie {
  readonly #secrets: readonly string[]
  readonly #name: string
  readonly #attributes: string
  readonly #maxAge: Duration | 'browser' | undefined

  /**
   * @param secret the first signs, all are accepted; `false` signs nothing
   * @throws {CacheError} `E_OPTION`
   */
  constructor(secret: string | readonly string[] | false, options: SessionCookieOptions = {}) {
    refuseUnknown('cookie', options, NAMES)
    this.#secrets = secret === false ? [] : checkedSecrets(secret)
    const { name = 'session', path = '/', domain, sameSite = 'lax', partitioned } = options
    const secure = options.secure ?? env['NODE_ENV'] === 'production'
    if (!TOKEN.test(name)) throw optionError('cookie.name', 'a name without blanks and signs', name)
    for (const [option, value] of Object.entries({ path, domain: domain ?? '' }))
      if (!ATTRIBUTE.test(value)) throw optionError(`cookie.${option}`, 'text without ;', value)
    if (!Object.hasOwn(SAME_SITE, sameSite))
      throw optionError('cookie.sameSite', "'lax', 'strict' or 'none'", sameSite)
    if (!secure && (sameSite === 'none' || partitioned === true || /^__(Host|Secure)-/i.test(name)))
      throw optionError('cookie.secure', 'true, without which browsers refuse this cookie', secure)
    if (/^__Host-/i.test(name) && (path !== '/' || domain !== undefined))
      throw optionError('cookie.name', "one without __Host-, or path '/' and no domain", name)
    if (options.maxAge !== undefined && options.maxAge !== 'browser') toMs(options.maxAge, 'maxAge')
    this.#name = name
    this.#maxAge = options.maxAge
    this.#attributes = [
      `; Path=${path}`,
      domain === undefined ? '' : `; Domain=${domain}`,
      '; HttpOnly',
      secure ? '; Secure' : '',
      `; SameSite=${SAME_SITE[sameSite]}`,
      partitioned === true ? '; Partitioned' : '',
    ].join('')
  }

  /** How long a session lives whose cookie says so; `undefined` where it does not. */
  get life(): Duration | undefined {
    return this.#maxAge === 'browser' ? undefined : this.#maxAge
  }

  /**
   * The id that a request carries. Of several cookies with the name, as another host of the domain can add one, the first that
   * is signed.
   *
   * @param line of the field Cookie
   */
  read(line: string | null | undefined): string | undefined {
    for (const pair of line?.split(';') ?? []) {
      const at = pair.indexOf('=')
      if (at === -1 || pair.slice(0, at).trim() !== this.#name) continue
      const id = this.#unsigned(pair.slice(at + 1).trim())
      if (id !== undefined) return id
    }
    return undefined
  }

  /** @param lifeMs how long the session lives */
  write(id: string, lifeMs: number): string {
    const age = this.#maxAge === 'browser' ? '' : `; Max-Age=${Math.ceil(lifeMs / 1000)}`
    return `${this.#name}=${this.#signed(id)}${age}${this.#attributes}`
  }

  /** What makes a browser forget it. */
  get ended(): string {
    return `${this.#name}=; Max-Age=0${this.#attributes}`
  }

  #signed(id: string): string {
    const [secret] = this.#secrets
    return secret === undefined ? id : `${id}.${this.#signature(id, secret)}`
  }

  #unsigned(value: string): string | undefined {
    if (this.#secrets.length === 0) return value
    const dot = value.lastIndexOf('.')
    if (dot === -1) return undefined
    const id = value.slice(0, dot)
    const given = Buffer.from(value.slice(dot + 1))
    const isOurs = this.#secrets.some((secret) => {
      const right = Buffer.from(this.#signature(id, secret))
      return right.length === given.length && timingSafeEqual(right, given)
    })
    return isOurs ? id : undefined
  }

  /** Of this cookie alone: another one that is signed with the same secret is no session. */
  #signature(id: string, secret: string): string {
    return createHmac('sha256', secret).update(`${this.#name}\n${id}`).digest('base64url')
  }
}

function checkedSecrets(secret: string | readonly string[]): readonly string[] {
  const secrets = typeof secret === 'string' ? [secret] : secret
  const isGood = (text: unknown): boolean =>
    typeof text === 'string' && text.length >= MIN_SECRET_LENGTH
  if (Array.isArray(secrets) && secrets.length > 0 && secrets.every(isGood)) return secrets
  throw optionError(
    'secret',
    `text of ${MIN_SECRET_LENGTH} or more random letters, or a list of such`,
    typeof secret === 'string' ? `one of ${secret.length}` : typeof secret,
  )
}
