// A client that keeps cookies as browsers do (RFC 6265bis): Path, Domain, Secure, HttpOnly, SameSite, Expires and Max-Age, and
// replacement by name, domain and path.

interface Kept {
  readonly name: string
  readonly value: string
  readonly path: string
  readonly secure: boolean
  readonly httpOnly: boolean
  readonly sameSite: 'lax' | 'strict' | 'none'
  /** Milliseconds; `undefined` ends with the browser. */
  readonly until: number | undefined
}

export interface Visit {
  readonly method?: string
  /** A form or a link of another site led here. Default: of the same one. */
  readonly from?: 'same site' | 'link elsewhere' | 'form elsewhere'
  readonly headers?: Readonly<Record<string, string>>
}

export class Browser {
  readonly #port: number
  readonly #isSecure: boolean
  #kept: Kept[] = []

  /** @param isSecure as if a proxy took HTTPS off */
  constructor(port: number, isSecure = false) {
    this.#port = port
    this.#isSecure = isSecure
  }

  async visit(path: string, { method = 'GET', from, headers }: Visit = {}): Promise<Response> {
    const cookie = this.#sent(path, from ?? 'same site').join('; ')
    const response = await fetch(`http://127.0.0.1:${this.#port}${path}`, {
      method,
      redirect: 'manual',
      headers: {
        ...(this.#isSecure ? { 'x-forwarded-proto': 'https' } : {}),
        ...(cookie === '' ? {} : { cookie }),
        ...headers,
      },
    })
    for (const line of response.headers.getSetCookie()) this.#take(line, path)
    return response
  }

  async json(path: string, visit?: Visit): Promise<unknown> {
    return await (await this.visit(path, visit)).json()
  }

  /** What scripts of a page see: `document.cookie`. */
  get seenByScripts(): readonly string[] {
    return this.#kept.filter(({ httpOnly }) => !httpOnly).map(({ name }) => name)
  }

  /** By name; only of cookies that have not ended. */
  cookie(name: string): string | undefined {
    return this.#living().find((kept) => kept.name === name)?.value
  }

  /** As somebody who has stolen them, or plants them. */
  plant(name: string, value: string): void {
    this.#replace({
      name,
      value,
      path: '/',
      secure: false,
      httpOnly: true,
      sameSite: 'lax',
      until: undefined,
    })
  }

  /** Its windows are closed; what was to be kept is. */
  restart(): void {
    this.#kept = this.#kept.filter(({ until }) => until !== undefined)
  }

  #living(): readonly Kept[] {
    return this.#kept.filter(({ until }) => until === undefined || until > Date.now())
  }

  #sent(path: string, from: NonNullable<Visit['from']>): string[] {
    const pathname = path.split('?', 1)[0] as string
    return this.#living()
      .filter((kept) => !kept.secure || this.#isSecure)
      .filter((kept) => pathMatches(pathname, kept.path))
      .filter(({ sameSite }) => {
        if (from === 'same site' || sameSite === 'none') return true
        return from === 'link elsewhere' && sameSite === 'lax'
      })
      .map(({ name, value }) => `${name}=${value}`)
  }

  #take(line: string, path: string): void {
    const [pair = '', ...attributes] = line.split(/; */)
    const at = pair.indexOf('=')
    const given = new Map(
      attributes.map((attribute) => {
        const [name = '', value = ''] = attribute.split('=')
        return [name.toLowerCase(), value] as const
      }),
    )
    const secure = given.has('secure')
    // A page that came over HTTP cannot set it.
    if (secure && !this.#isSecure) return
    const sameSite = (given.get('samesite') ?? 'lax').toLowerCase() as Kept['sameSite']
    if (sameSite === 'none' && !secure) return
    const maxAge = given.get('max-age')
    const expires = given.get('expires')
    const until =
      maxAge === undefined ? expires && Date.parse(expires) : Date.now() + Number(maxAge) * 1000
    this.#replace({
      name: pair.slice(0, at),
      value: pair.slice(at + 1),
      path: given.get('path') ?? path.slice(0, path.lastIndexOf('/') + 1),
      secure,
      httpOnly: given.has('httponly'),
      sameSite,
      until: until === undefined || until === '' ? undefined : until,
    })
  }

  #replace(next: Kept): void {
    this.#kept = this.#kept.filter(({ name, path }) => name !== next.name || path !== next.path)
    if (next.until === undefined || next.until > Date.now()) this.#kept.push(next)
  }
}

function pathMatches(pathname: string, path: string): boolean {
  if (pathname === path || path === '/') return true
  return pathname.startsWith(path) && (path.endsWith('/') || pathname[path.length] === '/')
}
