import { connect as connectPlain, type Socket } from 'node:net'
import { connect as connectTls, type ConnectionOptions } from 'node:tls'
import { refusal } from './failure.ts'
import { type Command, type Reply, ReplyReader } from './reply.ts'

/** Where a server is and who we are there. */
export interface Target {
  readonly host: string
  readonly port: number
  /** `host:port`, for messages and for the choice of a key's server. */
  readonly where: string
  readonly login: { readonly username: string; readonly password: string } | undefined
  /** `undefined` for none. */
  readonly tls: ConnectionOptions | undefined
}

const CRLF = Buffer.from('\r\n')

/** One connection that is up. It does not come back: `lost` is called once, and then it is over. */
export class Connection {
  /** What the server said of itself when it was reached. */
  about: ReadonlyMap<string, string> = new Map()
  readonly #socket: Socket
  readonly #waiting: ((reply: Reply | undefined) => void)[] = []
  #unsent: Buffer[] = []
  readonly #lost: (reason: unknown) => void
  #answered = 0
  #over = false

  private constructor(socket: Socket, lost: (reason: unknown) => void) {
    this.#socket = socket
    this.#lost = lost
    const reader = new ReplyReader((reply) => this.#take(reply))
    socket.on('data', (chunk: Buffer) => {
      try {
        reader.take(chunk)
      } catch (error) {
        this.#lose(error)
      }
    })
    socket.on('error', (error) => this.#lose(error))
    socket.on('close', () => this.#lose(new Error('the server closed the connection')))
    socket.setNoDelay(true)
    socket.unref()
  }

  /** Connects, and has passed the authentication when it resolves. Aborting gives it up and frees its socket. */
  static async open(
    target: Target,
    lost: (reason: unknown) => void,
    signal: AbortSignal,
  ): Promise<Connection> {
    const { host, port, login, tls, where } = target
    const socket =
      tls === undefined
        ? connectPlain({ host, port })
        : connectTls({ servername: host, ...tls, host, port })
    let fail: (reason: unknown) => void = () => {}
    const failed = new Promise<never>((_, reject) => (fail = reject))
    failed.catch(() => {})
    let isMade = false
    const connection = new Connection(socket, (reason) => (isMade ? lost : fail)(reason))
    const abort = (): void => connection.#lose(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    try {
      await Promise.race([failed, connection.#greet(login, where)])
      isMade = true
      return connection
    } catch (error) {
      connection.destroy()
      throw error
    } finally {
      signal.removeEventListener('abort', abort)
    }
  }

  get waiting(): number {
    return this.#waiting.length
  }

  /** How many answers have come: whether a server that is late is still there. */
  get answered(): number {
    return this.#answered
  }

  /** Answers in the order of the commands; `undefined` for those that were not answered when it was lost. */
  send(commands: readonly Command[]): Promise<readonly (Reply | undefined)[]> {
    if (this.#over) return Promise.resolve(commands.map(() => undefined))
    // What is asked for in one turn travels together.
    if (this.#waiting.length === 0) this.#socket.ref()
    if (this.#unsent.length === 0) queueMicrotask(() => process.nextTick(() => this.#flush()))
    for (const { line, body } of commands) {
      this.#unsent.push(Buffer.from(`${line}\r\n`))
      if (body !== undefined) this.#unsent.push(body, CRLF)
    }
    return new Promise((resolve) => {
      const replies: (Reply | undefined)[] = []
      const answer = (reply: Reply | undefined): void => {
        replies.push(reply)
        if (replies.length === commands.length) resolve(replies)
      }
      this.#waiting.push(...commands.map(() => answer))
    })
  }

  /** Ends it now, with everything unanswered. Does not call `lost`. */
  destroy(): void {
    this.#end()
  }

  async #greet(login: Target['login'], where: string): Promise<void> {
    if (login !== undefined) {
      const body = Buffer.from(`${login.username} ${login.password}`)
      const [reply] = await this.send([{ line: `set auth 0 0 ${body.length}`, body }])
      if (reply !== undefined && reply.code !== 'STORED') throw refusal(reply, where)
    }
    const [reply] = await this.send([{ line: 'stats' }])
    if (reply === undefined) return
    if (reply.code !== 'END') throw refusal(reply, where)
    this.about = reply.rows
  }

  #flush(): void {
    const parts = this.#unsent
    this.#unsent = []
    if (!this.#over && parts.length > 0) this.#socket.write(Buffer.concat(parts))
  }

  #take(reply: Reply): void {
    const answer = this.#waiting.shift()
    if (answer === undefined) {
      this.#lose(new Error(`an answer that nobody asked for: ${reply.code}`))
      return
    }
    this.#answered++
    // A connection alone keeps no process alive; what is asked over it does, until it is answered.
    if (this.#waiting.length === 0) this.#socket.unref()
    answer(reply)
  }

  #lose(reason: unknown): void {
    if (this.#over) return
    this.#end()
    this.#lost(reason)
  }

  #end(): void {
    this.#over = true
    this.#socket.destroy()
    for (const answer of this.#waiting.splice(0)) answer(undefined)
  }
}
