// Accept-Encoding as a part of the key. RFC 9110 §12.5.3: browsers spell one wish in many ways, and each spelling would be a
// variant of its own.
const CODINGS: ReadonlyMap<string, string> = new Map([
  ['br', 'br'],
  ['deflate', 'deflate'],
  ['gzip', 'gzip'],
  ['x-gzip', 'gzip'],
  ['zstd', 'zstd'],
])
const WEIGHT = /^q=(?:0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)$/

/**
 * The codings that are acceptable, sorted: `'gzip;q=0.8, BR'` is `'br, gzip'`. Which of them a view prefers by weight may
 * differ between two such requests, but either answer can be read by both.
 *
 * What says anything else (a wildcard, identity refused, a coding that nobody knows, broken grammar, one coding twice) stays
 * as it is written. Never throws; linear in its length.
 */
export function acceptedCodings(line: string): string {
  const accepted = new Set<string>()
  const seen = new Set<string>()
  for (const member of line.split(',')) {
    const [name = '', weight, ...more] = member.split(';').map((part) => part.trim().toLowerCase())
    if (name === '' && weight === undefined) continue
    const coding = name === 'identity' ? name : CODINGS.get(name)
    if (coding === undefined || seen.has(coding) || more.length > 0) return line
    if (weight !== undefined && !WEIGHT.test(weight)) return line
    seen.add(coding)
    const refused = weight !== undefined && !/[1-9]/.test(weight.slice(2))
    if (coding === 'identity') {
      if (refused) return line
    } else if (!refused) accepted.add(coding)
  }
  return [...accepted].toSorted().join(', ')
}
