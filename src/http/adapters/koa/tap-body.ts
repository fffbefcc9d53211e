import { pipeline, Readable, Transform } from 'node:stream'
import type { Tap } from '../../exchange.ts'

/**
 * Lets a tap see a body of any kind that Koa sends. Bytes that are there are seen at once; a stream is led through another.
 *
 * @param ended called when all of it was seen
 * @returns what to send in its place, or `undefined` to send it as it is
 */
export function tapBody(body: unknown, tap: Tap, ended: () => void): Readable | Buffer | undefined {
  if (body === null || body === undefined) {
    // Koa writes a body of its own, which depends on more than we can see.
    tap.fail('it has no body')
    return undefined
  }
  const stream = asStream(body)
  if (stream !== undefined) return tapStream(stream, tap, ended)
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(text)
  tap.chunk(bytes)
  ended()
  const { filling } = tap
  return filling === undefined ? undefined : Buffer.concat([filling.through(bytes), filling.rest()])
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
  const { filling } = tap
  const seen = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      tap.chunk(chunk)
      settle(done, () => filling?.through(chunk) ?? chunk)
    },
    flush(done) {
      ended()
      settle(done, () => filling?.rest())
    },
  })
  pipeline(source, seen, (error) => {
    // Also called when the client leaves, since Koa destroys what it was sending.
    if (error) tap.fail('its body failed')
  })
  return seen
}

function settle(
  done: (error: Error | null, bytes?: Buffer) => void,
  act: () => Buffer | undefined,
): void {
  let bytes: Buffer | undefined
  try {
    bytes = act()
  } catch (error) {
    return done(error as Error)
  }
  done(null, bytes)
}
