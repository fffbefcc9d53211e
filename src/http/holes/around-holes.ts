// A stored page with holes as an answer to one request. RFC 9110 §13 and §15.
import { createHash } from 'node:crypto'
import type { HeadEdit } from '../exchange.ts'
import type { StoredPage } from '../record.ts'
import type { PageWithHoles } from '../record.ts'
import type { Reply } from '../replay.ts'
import { httpDate } from '../rules/http-date.ts'
import { matchesAny } from '../rules/validators.ts'
import { withoutFields } from '../rules/fields.ts'

/**
 * The whole page, or 304 to whom its very bytes are known. Never a part: a client that puts parts together would put those of
 * several renderings together (RFC 9110 §14.2 lets a server ignore Range).
 *
 * @param texts of its holes, in order
 */
export function replayAroundHoles(
  page: StoredPage & { readonly holes: PageWithHoles },
  texts: readonly string[],
  method: string,
  header: (name: string) => string | undefined,
  now: number,
  editFor: (status: number) => HeadEdit,
): Reply {
  const { fields, holes, reason, status } = page
  const etag = entityTag(holes, texts)
  const dated = ['Date', httpDate(now)]
  const noneMatch = header('if-none-match')
  // RFC 9110 §13.2.1: conditions on a redirect or an error mean nothing.
  if (status < 300 && noneMatch !== undefined && matchesAny(noneMatch, etag)) {
    const { add, drop } = editFor(304)
    const sent = withoutFields(fields, new Set([...drop, 'date'])).flatMap((each, at, all) => {
      const isName = at % 2 === 0
      return OF_304.has((isName ? each : (all[at - 1] as string)).toLowerCase()) ? [each] : []
    })
    return { status: 304, fields: [...sent, ...dated, 'ETag', etag, ...add], body: null }
  }
  const { add, drop } = editFor(status)
  const body = around(page, texts)
  const sent = withoutFields(fields, new Set([...drop, 'date']))
  sent.push(...dated)
  if (status < 300) sent.push('ETag', etag)
  sent.push('Content-Length', String(body.length), ...add)
  return { status, reason, fields: sent, body: method === 'HEAD' ? null : body }
}

// RFC 9110 §15.4.5, without Last-Modified, which a page with holes does not have.
const OF_304: ReadonlySet<string> = new Set(['cache-control', 'content-location', 'vary'])

function around(
  { body, holes }: StoredPage & { readonly holes: PageWithHoles },
  texts: readonly string[],
): Buffer {
  const pieces: Buffer[] = []
  let from = 0
  for (const [index, { at }] of holes.places.entries()) {
    pieces.push(body.subarray(from, at), Buffer.from(texts[index] as string))
    from = at
  }
  pieces.push(body.subarray(from))
  return Buffer.concat(pieces)
}

/** Strong: the same parts around the same texts are the same bytes, and what is around was hashed when it was kept. */
function entityTag({ digest }: PageWithHoles, texts: readonly string[]): string {
  const hash = createHash('sha256').update(digest)
  for (const text of texts) hash.update(`:${Buffer.byteLength(text)}:`).update(text)
  return `"${hash.digest('base64url').slice(0, 22)}"`
}
