// A client that sends what it is told, byte for byte, and reads what comes until the connection ends.
import { connect } from 'node:net'

export interface Wired {
  readonly status: number
  /** `[name, value, …]`, names in lower case. */
  readonly fields: readonly string[]
  readonly body: Buffer
}

/** As long as a loaded machine may take; whatever takes longer hangs. */
const HANGS_MS = 15_000

/**
 * @param method of the request, which says whether a body follows the head
 * @param leaves ends the connection once something of the answer has come
 * @returns `undefined` when the connection ended without an answer
 */
export async function exchangeBytes(
  port: number,
  bytes: string,
  { leaves = false, method }: { readonly method: string; readonly leaves?: boolean },
): Promise<Wired | undefined> {
  const chunks: Buffer[] = []
  await new Promise<void>((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1' }, () => socket.write(bytes, 'latin1'))
    socket.setTimeout(HANGS_MS, () => socket.destroy(new Error('The answer never ended.')))
    socket.on('data', (chunk) => {
      chunks.push(chunk)
      if (leaves) socket.destroy()
    })
    // A server that refuses a request may reset the connection: what it said before that counts.
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') reject(error)
    })
    socket.on('close', () => resolve())
  })
  return parseAnswer(Buffer.concat(chunks), method)
}

export function parseAnswer(bytes: Buffer, method: string): Wired | undefined {
  const end = bytes.indexOf('\r\n\r\n')
  if (end === -1) return undefined
  const [first = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n')
  const status = Number(first.split(' ')[1])
  const rest = bytes.subarray(end + 4)
  // An interim answer, such as 100: what follows is the one that was asked for.
  if (status < 200) return parseAnswer(rest, method)
  const fields = lines.flatMap((line) => {
    const colon = line.indexOf(':')
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
  })
  const encoding = fields.findIndex((name, at) => at % 2 === 0 && name === 'transfer-encoding')
  const bare = method === 'HEAD' || status === 304 || status === 204
  const isChunked = !bare && encoding !== -1 && /chunked/i.test(fields[encoding + 1] ?? '')
  return { status, fields, body: isChunked ? dechunk(rest) : rest }
}

/** Without the frame of its chunks; what broke off is given as far as it came. */
function dechunk(bytes: Buffer): Buffer {
  const parts: Buffer[] = []
  let at = 0
  for (;;) {
    const eol = bytes.indexOf('\r\n', at)
    const length = eol === -1 ? 0 : Number.parseInt(bytes.toString('latin1', at, eol), 16)
    if (!(length > 0)) return Buffer.concat(parts)
    parts.push(bytes.subarray(eol + 2, eol + 2 + length))
    at = eol + 2 + length + 2
  }
}

export function lines(answer: Wired, name: string): readonly string[] {
  return answer.fields.filter((_, at) => at % 2 === 1 && answer.fields[at - 1] === name)
}
