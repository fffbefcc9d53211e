// A part of a stored body. RFC 9110 §14, §15.3.7, §15.5.17.
//
// A part is sent only where nobody on the way will code it. A compressor between the cache and the client that takes a 206
// for a page would code the part under the Content-Range of what it was, and the client would put that among the plain bytes
// of the rest: some check for 206, and some versions in use do not. So the bytes must be such that all of them leave them
// alone (they have a coding, are of a type that does not shrink, or carry `no-transform`), or the client must accept no
// coding, as browsers do when they ask for parts of films and music. Otherwise it gets the whole, which is always allowed. Or
// the application says, by option `ranges`, that there is no such compressor.
import { fieldLines, type FieldList, hasField } from './rules/fields.ts'
import { takesIdentityOnly } from './rules/negotiation.ts'
import { ifRangeHolds, partOf } from './rules/ranges.ts'
import { isLeftAlone } from './rules/transforms.ts'
import { parseVary } from './rules/vary.ts'

/** For whom a body may be cut: everybody, those who accept no coding, or nobody. */
export type Cuttable = 'always' | 'uncoded' | 'never'

export function cuttable(fields: FieldList): Cuttable {
  const accepts = fieldLines(fields, 'accept-ranges')
  if (!accepts.every((line) => line.trim().toLowerCase() === 'bytes')) return 'never'
  if (hasField(fields, 'content-range')) return 'never'
  // RFC 9530 §2: a digest of what is sent would be one of the whole.
  if (hasField(fields, 'content-digest') || hasField(fields, 'content-md5')) return 'never'
  return isLeftAlone(fields) ? 'always' : 'uncoded'
}

/** Whether anybody may be given a part of it. @param option `ranges` */
export function isCutForAll(how: Cuttable, option: 'safe' | 'always'): boolean {
  return how === 'always' || (how === 'uncoded' && option === 'always')
}

/** Whether a client may be given a part of it. @param option `ranges` */
export function mayCut(
  how: Cuttable,
  option: 'safe' | 'always',
  header: (name: string) => string | undefined,
): boolean {
  if (isCutForAll(how, option)) return true
  return how === 'uncoded' && takesIdentityOnly(header('accept-encoding'))
}

export type Cut =
  | { readonly body: Buffer; readonly contentRange: string }
  /** No byte of it is there: 416. */
  | { readonly body: null; readonly contentRange: string }

/** What is to be sent for a Range; `undefined` for the whole. */
export function cutFor(
  whole: { readonly fields: FieldList; readonly body: Buffer },
  range: string,
  ifRange: string | undefined,
  now: number,
): Cut | undefined {
  const { body, fields } = whole
  const part = partOf(range, body.length)
  if (part === 'whole') return undefined
  if (ifRange !== undefined && !ifRangeHolds(ifRange, validatorsOf(fields), now)) return undefined
  if (part === 'none') return { body: null, contentRange: `bytes */${body.length}` }
  const { first, last } = part
  const contentRange = `bytes ${first}-${last}/${body.length}`
  return { body: body.subarray(first, last + 1), contentRange }
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
