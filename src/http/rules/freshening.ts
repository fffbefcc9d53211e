// What a 304 changes about the page that it answers for. RFC 9111 §3.2 and §4.3.4.
import { endToEndFields, fieldLines, type FieldList, withoutFields } from './fields.ts'

// They speak of the bytes, which stay as they are; of how the page was selected, which stays too; or are made anew. A
// Content-Type that only says more is taken: see `refines`.
const OF_THE_STORED: ReadonlySet<string> = new Set([
  'age',
  'content-encoding',
  'content-length',
  'content-range',
  'content-type',
  'vary',
])

/** The stored fields with those of the 304 in the place of theirs: whatever it names replaces all lines of that name. */
export function updatedFields(stored: FieldList, given: FieldList): FieldList {
  const news = withoutFields(endToEndFields(given), OF_THE_STORED)
  const [type] = fieldLines(stored, 'content-type')
  const said = fieldLines(given, 'content-type')
  const [saidType] = said
  if (type !== undefined && saidType !== undefined && said.length === 1 && refines(type, saidType))
    news.push('Content-Type', saidType)
  const named = new Set<string>()
  for (let index = 0; index < news.length; index += 2) {
    named.add((news[index] as string).toLowerCase())
  }
  return [...withoutFields(stored, named), ...news]
}

/**
 * Whether `given` says of the same media type what `stored` left out. Frameworks put a type of their own on a 304, so another
 * type is not believed of bytes that were made under the stored one, nor parameters in the place of others.
 */
function refines(stored: string, given: string): boolean {
  const [type = '', ...parameters] = stored.split(';')
  const [givenType = ''] = given.split(';')
  const isSame = type.trim().toLowerCase() === givenType.trim().toLowerCase()
  return isSame && parameters.length === 0
}

/**
 * Where the 304 names another place, it speaks of another page (RFC 9110 §8.7), unless it gives the strong entity tag of the
 * stored one, which is of these very bytes (§8.8.3, RFC 9111 §4.3.4).
 */
export function movesElsewhere(stored: FieldList, given: FieldList): boolean {
  const named = fieldLines(given, 'content-location')
  if (named.length === 0) return false
  const [tag] = fieldLines(given, 'etag')
  if (tag?.startsWith('"') === true && tag === fieldLines(stored, 'etag')[0]) return false
  return JSON.stringify(named) !== JSON.stringify(fieldLines(stored, 'content-location'))
}
