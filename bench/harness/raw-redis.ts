import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

type Reply = string | number | null | Error | readonly Reply[]

/** A bare connection to Redis: what is sent within one turn of the event loop goes out in one write. No features. */
export class RawRedis {
  readonly #socket: Socket
  readonly #waiting: { readonly settle: (reply: Reply) => void }[] = []
  #out = ''
  #in: Buffer = Buffer.alloc(0)
  #at = 0

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.setNoDelay(true)
    socket.on('data', (bytes) => this.#read(bytes))
  }

  static async connect(url: string): Promise<RawRedis> {
    const { hostname, port } = new URL(url)
    const socket = connect(Number(port), hostname)
    await once(socket, 'connect')
    return new RawRedis(socket)
  }

  async send(...args: readonly string[]): Promise<Reply> {
    if (this.#out === '') process.nextTick(() => this.#write())
    let out = `*${args.length}\r\n`
    for (const arg of args) out += `$${Buffer.byteLength(arg)}\r\n${arg}\r\n`
    this.#out += out
    return await new Promise((settle) => this.#waiting.push({ settle }))
  }

  /** What comes without having been asked for, such as the lines of MONITOR. */
  onPush(hear: (reply: Reply) => void): void {
    this.#hear = hear
  }
  #hear: (reply: Reply) => void = () => {}

  close(): void {
    this.#socket.destroy()
  }

  #write(): void {
    const out = this.#out
    this.#out = ''
    this.#socket.write(out)
  }

  #read(bytes: Buffer): void {
    this.#in =
      this.#at < this.#in.length ? Buffer.concat([this.#in.subarray(this.#at), bytes]) : bytes
    this.#at = 0
    for (;;) {
      const start = this.#at
      const reply = this.#parse()
      if (reply === undefined) {
        this.#at = start
        return
      }
      const waiting = this.#waiting.shift()
      if (waiting === undefined) this.#hear(reply)
      else waiting.settle(reply)
    }
  }

  /** `undefined`: not all of it has come. */
  #parse(): Reply | undefined {
    const end = this.#in.indexOf('\r\n', this.#at)
    if (end === -1) return undefined
    const type = this.#in[this.#at]
    const line = this.#in.toString('latin1', this.#at + 1, end)
    this.#at = end + 2
    if (type === 0x2b) return line
    if (type === 0x2d) return new Error(line)
    const count = Number(line)
    if (type === 0x3a) return count
    if (count === -1) return null
    if (type === 0x2a) return this.#list(count)
    const start = this.#at
    if (this.#in.length < start + count + 2) return undefined
    this.#at = start + count + 2
    return this.#in.toString('utf8', start, start + count)
  }

  #list(count: number): Reply | undefined {
    const list: Reply[] = []
    for (let n = 0; n < count; n++) {
      const item = this.#parse()
      if (item === undefined) return undefined
      list.push(item)
    }
    return list
  }
}
