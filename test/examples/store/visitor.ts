/** A browser's manners without a browser: keeps cookies, says where its forms come from, follows no redirect. */
export class Visitor {
  readonly #url: string
  #cookie: string | undefined

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
    const response = await this.post('/login', { email, password: 'lantern', next: '/' })
    if (response.status !== 303) throw new Error(`the login answered ${response.status}`)
  }

  async #fetch(path: string, init: RequestInit): Promise<Response> {
    const headers = new Headers({ origin: this.#url })
    if (this.#cookie !== undefined) headers.set('cookie', this.#cookie)
    const response = await fetch(this.#url + path, { ...init, headers, redirect: 'manual' })
    const [given] = response.headers.getSetCookie()
    if (given !== undefined) this.#cookie = given.split(';')[0]
    return response
  }
}
