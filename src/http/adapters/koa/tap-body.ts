import { pipeline, Readable, Transform } from 'node:stream'
import type { Tap } from '../../exchange.ts'

/**
 * Lets a tap see a body of any kind that Koa sends. Bytes that are there are seen at once; a stream is led through another.
 *
 * @param ended called when all of it was seen
 * @returns what to send in its place, or `undefined` to send it as it is
 */
export function tapBody(body: unknown, tap: Tap, ended: () => void): Readable | undefined {
  if (body === null || body === undefined) {
    // Koa writes a body of its own, which depends on more than we can see.
    tap.fail('it has no body')
    return undefined
  }
  const stream = asStream(body)
  if (stream !== undefined) return tapStream(stream, tap, ended)
  if (typeof body === 'string') tap.chunk(Buffer.from(body))
  else if (Buffer.isBuffer(body)) tap.chunk(body)
  else tap.chunk(Buffer.from(JSON.stringify(body)))
  ended()
  return undefined
}

function asStream(body: unknown): Readable | undefined {
  if (body instanceof Blob) return Readable.fromWeb(body.stream())
  if (body instanceof Response) {
    return body.body === null ? Readable.from([]) : Readable.fromWeb(body.body)
  }
  if (body instanceof ReadableStream) return Readable.fromWeb(body)
  if (typeof body !== 'object' || body === null || !('pipe' in body)) return undefined
  return typeof body.pipe === 'function' ? (body as Readable) : undefined
}

function tapStream(source: Readable, tap: Tap, ended: () => void): Readable {
  const seen = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      tap.chunk(chunk)
      done(null, chunk)
    },
    flush(done) {
      ended()
      done()
    },
  })
  pipeline(source, seen, (error) => {
    // Also called when the client leaves, since Koa destroys what it was sending.
    if (error) tap.fail('its body failed')
  })
  return seen
}
