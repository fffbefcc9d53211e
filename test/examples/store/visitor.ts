/** A browser's manners without a browser: keeps cookies, says where its forms come from, follows no redirect. */
export class Visitor {
  readonly #url: string
  readonly #cookies = new Map<string, string>()

  constructor(url: string) {
    this.#url = url
  }

  async get(path: string): Promise<Response> {
    return await this.#fetch(path, {})
  }

  /** The text of a page that must be there. */
  async read(path: string): Promise<string> {
    const response = await this.get(path)
    const text = await response.text()
    if (response.status !== 200) throw new Error(`${path} answered ${response.status}: ${text}`)
    return text
  }

  async post(path: string, form: Record<string, string> = {}): Promise<Response> {
    return await this.#fetch(path, { method: 'POST', body: new URLSearchParams(form) })
  }

  async logIn(email = 'ada@example.com'): Promise<void> {
    const response = await this.postLogin({ email, password: 'lantern', next: '/' })
    if (response.status !== 303) throw new Error(`the login answered ${response.status}`)
  }

  /** Fills in the form that the login page shows. */
  async postLogin(form: Record<string, string>): Promise<Response> {
    const [, token = ''] = /name="token" value="([\w-]+)"/.exec(await this.read('/login')) ?? []
    return await this.post('/login', { ...form, token })
  }

  async #fetch(path: string, init: RequestInit): Promise<Response> {
    const headers = new Headers({ origin: this.#url })
    const cookies = [...this.#cookies].map(([name, value]) => `${name}=${value}`)
    if (cookies.length > 0) headers.set('cookie', cookies.join('; '))
    const response = await fetch(this.#url + path, { ...init, headers, redirect: 'manual' })
    for (const given of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(given) ?? []
      this.#cookies.set(name, value)
    }
    return response
  }
}
