import { connect, type Socket } from 'node:net'

/** An item as it lies in memcached. */
export interface RawItem {
  readonly flags: number
  readonly bytes: Buffer
}

/** Items by memcached's text protocol, one call at a time: what a client would do with the flags is not in the way. */
export class RawMemcached {
  readonly #socket: Socket
  #received: Buffer = Buffer.alloc(0)
  #heard: () => void = () => {}

  constructor(port: number) {
    this.#socket = connect(port, '127.0.0.1')
    this.#socket.on('data', (chunk: Buffer) => {
      this.#received = Buffer.concat([this.#received, chunk])
      this.#heard()
    })
  }

  async set(key: string, { flags, bytes }: RawItem): Promise<void> {
    const head = Buffer.from(`set ${key} ${flags} 0 ${bytes.byteLength}\r\n`)
    const answer = await this.#ask(Buffer.concat([head, bytes, Buffer.from('\r\n')]), 'STORED\r\n')
    if (answer.toString() !== 'STORED\r\n') throw new Error(answer.toString())
  }

  async get(key: string): Promise<RawItem | undefined> {
    const answer = await this.#ask(Buffer.from(`get ${key}\r\n`), 'END\r\n')
    const end = answer.indexOf('\r\n')
    const [word, , flags, length] = answer.toString('latin1', 0, end).split(' ')
    if (word !== 'VALUE') return undefined
    const start = end + 2
    return { flags: Number(flags), bytes: answer.subarray(start, start + Number(length)) }
  }

  close(): void {
    this.#socket.destroy()
  }

  async #ask(request: Buffer, end: string): Promise<Buffer> {
    this.#received = Buffer.alloc(0)
    this.#socket.write(request)
    while (!this.#received.subarray(-end.length).equals(Buffer.from(end))) {
      await new Promise<void>((resolve) => {
        this.#heard = resolve
      })
    }
    return this.#received
  }
}
