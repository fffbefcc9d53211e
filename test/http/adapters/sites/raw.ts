// What goes over the wire, byte for byte.
import { connect } from 'node:net'

export interface RawAnswer {
  /** Each byte a character. */
  readonly statusLine: string
  /** `Name: value`, each byte a character. */
  readonly lines: readonly string[]
  /** Without the framing of its transfer. */
  readonly body: Buffer
}

/** Sends one request and reads until the server closes. Interim answers come first. */
export async function rawAnswers(
  port: number,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<readonly RawAnswer[]> {
  const socket = connect(port, '127.0.0.1')
  const fields = { Host: 'site.test', Connection: 'close', ...headers }
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.write(`GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`)
  const chunks: Buffer[] = []
  for await (const chunk of socket) chunks.push(chunk as Buffer)
  let text = Buffer.concat(chunks).toString('latin1')
  const answers: RawAnswer[] = []
  while (text !== '') {
    const end = text.indexOf('\r\n\r\n')
    const [statusLine = '', ...head] = text.slice(0, end).split('\r\n')
    const rest = text.slice(end + 4)
    const interim = statusLine.startsWith('HTTP/1.1 1')
    const isChunked = head.some((line) => /^transfer-encoding: chunked$/i.test(line))
    const body = interim ? '' : isChunked ? joined(rest) : rest
    answers.push({ statusLine, lines: head, body: Buffer.from(body, 'latin1') })
    text = interim ? rest : ''
  }
  return answers
}

function joined(chunks: string): string {
  let body = ''
  for (let at = 0; ;) {
    const end = chunks.indexOf('\r\n', at)
    const length = Number.parseInt(chunks.slice(at, end), 16)
    if (!(length > 0)) return body
    body += chunks.slice(end + 2, end + 2 + length)
    at = end + 2 + length + 2
  }
}
