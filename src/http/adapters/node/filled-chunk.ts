import type { ServerResponse } from 'node:http'
import type { Tap } from '../../exchange.ts'

/**
 * What a `write` or an `end` is to be given for what the view gives it: in a page with holes, those are filled. By then its
 * head must be out, since it says so.
 */
export function filledChunk(
  response: ServerResponse,
  tap: Tap,
  args: readonly unknown[],
  by?: 'end',
): readonly unknown[] {
  const { filling } = tap
  if (filling === undefined) return args
  if (!response.headersSent) response.writeHead(response.statusCode)
  const [chunk, encoding] = args
  const isText = typeof chunk === 'string'
  // What Node refuses, it is to refuse.
  if (!isText && !(chunk instanceof Uint8Array) && by !== 'end') return args
  const bytes = isText
    ? Buffer.from(chunk, typeof encoding === 'string' ? (encoding as 'utf8') : 'utf8')
    : chunk instanceof Uint8Array
      ? chunk
      : Buffer.alloc(0)
  const through = filling.through(bytes)
  const told = args.filter((each) => typeof each === 'function')
  return [by === 'end' ? Buffer.concat([through, filling.rest()]) : through, ...told]
}
