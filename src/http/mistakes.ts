// Mistakes of a view that its client is told of in place of the page, so that whoever writes it sees them.
import { CacheError } from '../base/errors.ts'
import type { FillTerms } from './fill-terms.ts'
import type { Reply } from './replay.ts'
import type { FieldList } from './rules/fields.ts'

type Terms = Pick<FillTerms, 'marks' | 'reads' | 'throwsPersonal'>

/** Whether a response is to be looked at before it is sent. */
export function mayBeMistake({ marks, reads }: Terms): boolean {
  return marks?.isUsed === true || reads.shown?.how === 'by mistake'
}

/**
 * What is wrong with a response of these fields; `undefined` when it may be sent.
 *
 * @param isKept whether it would be kept for all, as far as its head tells
 */
export function mistakeOf(
  { marks, reads, throwsPersonal }: Terms,
  fields: FieldList,
  isKept: () => boolean,
): CacheError | undefined {
  if (marks?.isUsed === true && !marks.fits(fields)) return compressedHole()
  const { shown } = reads
  const isShown = throwsPersonal && shown?.how === 'by mistake' && isKept()
  return isShown ? personalPage(shown.what) : undefined
}

/** @param what in words, with its place: `csrf token ('csrf_token' in login.njk, line 3)` */
function personalPage(what: string): CacheError {
  return new CacheError(
    'E_PERSONAL',
    `The page shows ${what}, which is one visitor's or one request's own, and would be kept for all: put it into a hole and give the page cache option 'holes', or say neverCache() or 'Cache-Control: private' where the page is made.`,
  )
}

function compressedHole(): CacheError {
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
