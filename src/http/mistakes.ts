// Mistakes of a view that its client is told of in place of the page, so that whoever writes it sees them.
import { CacheError } from '../base/errors.ts'
import type { Reply } from './replay.ts'

/** @param what in words, with its place: `csrf token ('csrf_token' in login.njk, line 3)` */
export function personalPage(what: string): CacheError {
  return new CacheError(
    'E_PERSONAL',
    `The page shows ${what}, which is one visitor's or one request's own, and would be kept for all: put it into a hole and give the page cache option 'holes', or say neverCache() or 'Cache-Control: private' where the page is made.`,
  )
}

export function compressedHole(): CacheError {
  return new CacheError(
    'E_TEMPLATE',
    'A hole was rendered into a response that its view has compressed, although it was asked not to: leave that to a layer around the cache.',
  )
}

export function errorReply({ message }: CacheError): Reply {
  const body = Buffer.from(`${message}\n`)
  return {
    status: 500,
    fields: [
      'Content-Type',
      'text/plain; charset=utf-8',
      'Cache-Control',
      'no-store',
      'Content-Length',
      String(body.length),
    ],
    body,
  }
}
