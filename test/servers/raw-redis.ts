import { once } from 'node:events'
import { connect as connectPlain, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { command } from './redis-ping.ts'

/** A connection that sends commands and hands back the reply's bytes, without any client in between. */
export class RawRedis {
  readonly #socket: Socket

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.on('error', () => {})
  }

  static async open(port: number, ca?: string): Promise<RawRedis> {
    const socket =
      ca === undefined
        ? connectPlain(port, '127.0.0.1')
        : connectTls({ port, host: '127.0.0.1', ca })
    await once(socket, ca === undefined ? 'connect' : 'secureConnect')
    return new RawRedis(socket)
  }

  get isOpen(): boolean {
    return !this.#socket.destroyed
  }

  /** The first chunk of the reply as text; `undefined` when the connection broke or nothing came in time. */
  async send(words: readonly string[], timeoutMs = 2_000): Promise<string | undefined> {
    this.#socket.write(command(...words))
    return await this.reply(timeoutMs)
  }

  /** Sends commands in one write. */
  sendTogether(commands: readonly (readonly string[])[]): void {
    this.#socket.write(commands.map((words) => command(...words)).join(''))
  }

  async reply(timeoutMs = 2_000): Promise<string | undefined> {
    try {
      const signal = AbortSignal.timeout(timeoutMs)
      const [chunk] = (await once(this.#socket, 'data', { signal })) as [Buffer]
      return chunk.toString('latin1')
    } catch {
      return undefined
    }
  }

  close(): void {
    this.#socket.destroy()
  }
}
