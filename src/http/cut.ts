// A part of a stored body. RFC 9110 §14, §15.3.7, §15.5.17.
//
// A part is sent only where nobody on the way will code it. A compressor between the cache and the client that takes a 206
// for a page would code the part under the Content-Range of what it was, and the client would put that among the plain bytes
// of the rest: some check for 206, and some versions in use do not. So the bytes must be such that all of them leave them
// alone (they have a coding, are of a type that does not shrink, or carry `no-transform`), or the client must accept no
// coding, as browsers do when they ask for parts of films and music. Otherwise it gets the whole, which is always allowed.
import { fieldLines, type FieldList, hasField } from './rules/fields.ts'
import { takesIdentityOnly } from './rules/negotiation.ts'
import { ifRangeHolds, partOf } from './rules/ranges.ts'
import { isLeftAlone } from './rules/transforms.ts'
import { parseVary } from './rules/vary.ts'

export interface Cut {
  /** The answer is to say that it may be cut. */
  readonly acceptsRanges?: boolean
  readonly body?: Buffer
  /** Of the body. */
  readonly contentRange?: string
  /** The fields of a 416. */
  readonly refused?: FieldList
}

/** @param whole the answer as it would be sent without a Range */
export function cutFor(
  whole: { readonly fields: FieldList; readonly body: Buffer },
  method: string,
  header: (name: string) => string | undefined,
  now: number,
): Cut {
  const { body, fields } = whole
  if (!mayCut(fields, header)) return {}
  const uncut: Cut = { acceptsRanges: !hasField(fields, 'accept-ranges') }
  const range = method === 'GET' ? header('range') : undefined
  if (range === undefined) return uncut
  const part = partOf(range, body.length)
  if (part === 'whole') return uncut
  const ifRange = header('if-range')
  if (ifRange !== undefined && !ifRangeHolds(ifRange, validatorsOf(fields), now)) return uncut
  if (part === 'none') {
    return { refused: ['Content-Range', `bytes */${body.length}`, 'Content-Length', '0'] }
  }
  const { first, last } = part
  return {
    ...uncut,
    body: body.subarray(first, last + 1),
    contentRange: `bytes ${first}-${last}/${body.length}`,
  }
}

function mayCut(fields: FieldList, header: (name: string) => string | undefined): boolean {
  const accepts = fieldLines(fields, 'accept-ranges')
  if (accepts.length > 0 && !accepts.every((line) => line.trim().toLowerCase() === 'bytes')) {
    return false
  }
  // RFC 9530 §2: a digest of what is sent would be one of the whole.
  if (hasField(fields, 'content-digest') || hasField(fields, 'content-md5')) return false
  return isLeftAlone(fields) || takesIdentityOnly(header('accept-encoding'))
}

function validatorsOf(fields: FieldList): Parameters<typeof ifRangeHolds>[1] {
  const first = (name: string): string | undefined => fieldLines(fields, name)[0]
  const vary = parseVary(fieldLines(fields, 'vary'))
  return {
    etag: first('etag'),
    lastModified: first('last-modified'),
    date: first('date'),
    codingVaries: vary === '*' || vary.includes('accept-encoding'),
  }
}
