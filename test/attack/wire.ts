// A client that sends what it is told, byte for byte.
import { connect, type Socket } from 'node:net'

export interface Wired {
  readonly status: number
  /** `[name, value, …]`, names in lower case. */
  readonly fields: readonly string[]
  readonly body: Buffer
}

/** As long as a loaded machine may take; whatever takes longer hangs. */
const HANGS_MS = 15_000

interface Sending {
  /** Of the request: whether a body follows the head of its answer. */
  readonly method: string
  /** Ends the connection once something of the answer has come. */
  readonly leaves?: boolean
}

/** Connections to one server. */
export class Wire {
  readonly #port: number
  /** The one that is used again, while the server keeps it open. */
  #kept: Socket | undefined

  constructor(port: number) {
    this.#port = port
  }

  /**
   * One after the other, on one connection, as browsers do it.
   *
   * @param bytes of a request with nothing behind its head
   */
  async send(bytes: string, { method }: Sending): Promise<Wired | undefined> {
    const socket = this.#kept ?? this.#connect()
    this.#kept = socket
    const chunks: Buffer[] = []
    const got = await new Promise<Wired | undefined>((resolve, reject) => {
      socket.removeAllListeners('data').removeAllListeners('close').removeAllListeners('error')
      socket.on('data', (chunk) => {
        chunks.push(chunk)
        const answer = parseAnswer(Buffer.concat(chunks), method)
        if (answer?.isWhole === true) resolve(answer)
      })
      socket.on('error', (error) => (isReset(error) ? undefined : reject(error)))
      socket.on('close', () => {
        this.#kept = undefined
        resolve(parseAnswer(Buffer.concat(chunks), method))
      })
      socket.write(bytes, 'latin1')
    })
    if (got !== undefined && /close/i.test(String(lines(got, 'connection')))) this.close()
    return got
  }

  /**
   * On a connection of its own, which the request must ask to close.
   *
   * @returns `undefined` when the connection ended without an answer
   */
  async sendApart(bytes: string, { leaves = false, method }: Sending): Promise<Wired | undefined> {
    const chunks: Buffer[] = []
    await new Promise<void>((resolve, reject) => {
      const socket = this.#connect()
      socket.on('data', (chunk) => {
        chunks.push(chunk)
        if (leaves) socket.destroy()
      })
      // A server that refuses a request may reset the connection: what it said before that counts.
      socket.on('error', (error) => (isReset(error) ? undefined : reject(error)))
      socket.on('close', () => resolve())
      socket.write(bytes, 'latin1')
    })
    return parseAnswer(Buffer.concat(chunks), method)
  }

  close(): void {
    this.#kept?.destroy()
    this.#kept = undefined
  }

  #connect(): Socket {
    const socket = connect({ port: this.#port, host: '127.0.0.1', noDelay: true })
    return socket.setTimeout(HANGS_MS, () => socket.destroy(new Error('The answer never ended.')))
  }
}

function isReset({ code }: NodeJS.ErrnoException): boolean {
  return code === 'ECONNRESET' || code === 'EPIPE'
}

/** What has come so far, and whether that is all of it. */
function parseAnswer(
  bytes: Buffer,
  method: string,
): (Wired & { readonly isWhole: boolean }) | undefined {
  const end = bytes.indexOf('\r\n\r\n')
  if (end === -1) return undefined
  const [first = '', ...rows] = bytes.toString('latin1', 0, end).split('\r\n')
  const status = Number(first.split(' ')[1])
  const rest = bytes.subarray(end + 4)
  // An interim answer, such as 100: what follows is the one that was asked for.
  if (status < 200) return parseAnswer(rest, method)
  const fields = rows.flatMap((line) => {
    const colon = line.indexOf(':')
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
  })
  const head = { status, fields }
  if (method === 'HEAD' || status === 304 || status === 204) {
    return { ...head, body: rest, isWhole: true }
  }
  const all = { ...head, body: rest }
  if (lines(all, 'transfer-encoding').some((line) => /chunked/i.test(line))) {
    return { ...head, ...dechunk(rest) }
  }
  const [length] = lines(all, 'content-length')
  return { ...all, isWhole: length !== undefined && rest.length >= Number(length) }
}

/** Without the frame of its chunks; what broke off is given as far as it came. */
function dechunk(bytes: Buffer): { readonly body: Buffer; readonly isWhole: boolean } {
  const parts: Buffer[] = []
  let at = 0
  for (;;) {
    const eol = bytes.indexOf('\r\n', at)
    const length = eol === -1 ? NaN : Number.parseInt(bytes.toString('latin1', at, eol), 16)
    if (!(length > 0)) return { body: Buffer.concat(parts), isWhole: length === 0 }
    parts.push(bytes.subarray(eol + 2, eol + 2 + length))
    at = eol + 2 + length + 2
  }
}

export function lines(answer: Wired, name: string): readonly string[] {
  return answer.fields.filter((_, at) => at % 2 === 1 && answer.fields[at - 1] === name)
}
