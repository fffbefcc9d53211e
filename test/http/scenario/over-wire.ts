// Clients and views on real sockets.
import {
  createServer,
  type IncomingMessage,
  request as httpRequest,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Send } from './client.ts'
import { joined } from './fields.ts'
import type { ViewCall } from './view.ts'

/** Sends to a server on this machine, each request on a connection of its own. */
export function sendTo(port: number): Send {
  return (asked, listener) => {
    const { body, fields, method, signal, target } = asked
    const request = httpRequest({
      host: '127.0.0.1',
      port,
      path: target,
      method,
      headers:
        body === undefined
          ? fields
          : [...fields, 'Content-Length', String(Buffer.byteLength(body))],
      agent: false,
      signal,
    })
    request.on('error', () => listener.end(false))
    request.on('response', (response) => {
      listener.head(response.statusCode ?? 0, response.rawHeaders)
      response.on('data', (bytes: Buffer) => listener.chunk(bytes))
      response.on('end', () => listener.end(response.complete))
      response.on('error', () => listener.end(false))
    })
    request.end(body)
  }
}

/** A server whose answers are the view's. */
export async function serveView(
  view: (call: ViewCall) => void,
): Promise<{ readonly port: number; close(): Promise<void> }> {
  const server = createServer((request, response) => view(callOf(request, response)))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function callOf(request: IncomingMessage, response: ServerResponse): ViewCall {
  // What the scenario gives is all there is.
  response.sendDate = false
  return {
    method: request.method ?? '',
    target: request.url ?? '',
    fields: request.rawHeaders,
    read: (name) => joined(request.rawHeaders, name),
    body: textOf(request),
    sink: {
      hint(fields) {
        const text = fields.map((each, index) => each + (index % 2 === 0 ? ': ' : '\r\n')).join('')
        request.socket.write(`HTTP/1.1 103 Early Hints\r\n${text}\r\n`)
      },
      head: (status, reason, fields) => void response.writeHead(status, reason, [...fields]),
      write: (bytes) => void response.write(bytes),
      end: () => void response.end(),
      break: () => request.socket.destroy(),
    },
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  try {
    for await (const chunk of request) chunks.push(chunk as Buffer)
  } catch {
    return 'cut'
  }
  return Buffer.concat(chunks).toString()
}
