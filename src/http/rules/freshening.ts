// What a 304 changes about the page that it answers for. RFC 9111 §3.2 and §4.3.4.
import { endToEndFields, fieldLines, type FieldList, withoutFields } from './fields.ts'

// They speak of the bytes, which stay as they are; of how the page was selected, which stays too; or are made anew.
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
  const named = new Set<string>()
  for (let index = 0; index < news.length; index += 2) {
    named.add((news[index] as string).toLowerCase())
  }
  return [...withoutFields(stored, named), ...news]
}

/** Where the 304 names another place, it speaks of another page. RFC 9110 §8.7 */
export function movesElsewhere(stored: FieldList, given: FieldList): boolean {
  const named = fieldLines(given, 'content-location')
  if (named.length === 0) return false
  return JSON.stringify(named) !== JSON.stringify(fieldLines(stored, 'content-location'))
}
