// How a page with holes goes out. What is in them is one request's own, whatever the view says of the page: no cache outside
// may give it to another (RFC 9111 §5.2.2.7), and a browser's own must ask before it shows it again (§5.2.2.4), which is
// answered by the bytes of this very answer. What the view says of other bytes than these is not said at all: their length,
// their tag, their date, their digest, and how to cut them.
import type { HeadEdit } from '../exchange.ts'
import { parseCacheControl } from '../rules/cache-control.ts'
import { fieldLines, type FieldList } from '../rules/fields.ts'

const OF_OTHER_BYTES: ReadonlySet<string> = new Set([
  'accept-ranges',
  'age',
  'content-digest',
  'content-length',
  'content-md5',
  'digest',
  'etag',
  'last-modified',
  'repr-digest',
])

/** What caches outside hear besides Cache-Control: RFC 9213, and what they had before it. */
const TO_CACHES =
  /^(?:[a-z0-9-]*cache-control|expires|pragma|surrogate-(?:control|key)|edge-control|x-accel-expires|cache-tag)$/

/** @param fields as the view wrote them */
export function editAroundHoles(fields: FieldList): HeadEdit {
  const drop = new Set<string>()
  for (let index = 0; index < fields.length; index += 2) {
    const name = (fields[index] as string).toLowerCase()
    if (OF_OTHER_BYTES.has(name) || TO_CACHES.test(name)) drop.add(name)
  }
  const lines = fieldLines(fields, 'cache-control')
  const noStore = parseCacheControl(lines).noStore ? ', no-store' : ''
  const noTransform = lines.some((line) => /no-?transform/i.test(line)) ? ', no-transform' : ''
  return {
    drop: [...drop],
    add: ['Cache-Control', `private, no-cache${noStore}${noTransform}`],
  }
}
