// Which coding of a stored page a client gets. RFC 9110 §12.5.3.
//
// A member that breaks the grammar accepts nothing: bytes without a coding can be read by everybody.
import { isToken, trimBlanks } from './syntax.ts'

const WEIGHT = /^q=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)$/i
/** Of identity where nobody names it: what the client does name comes first. */
const UNNAMED = 0.0001

interface Accepted {
  /** Weights by name in lower case, `x-gzip` as `gzip`. Of several for one name the least. */
  readonly weights: ReadonlyMap<string, number>
  /** Each member could be read. */
  readonly faultless: boolean
}

/**
 * The best of `codings`, or `undefined` for the page as it is: by weight, of equals the first in their order. Without the
 * field nothing is coded, and where nothing at all is acceptable the page goes out as it is (§12.5.3, §15.5.7): better a page
 * that a client did not hope for than none. Never throws; linear in its length.
 *
 * @param codings in the order in which the site prefers them
 */
export function preferredCoding<Coding extends string>(
  line: string | undefined,
  codings: readonly Coding[],
): Coding | undefined {
  if (line === undefined) return undefined
  const { weights } = accepted(line)
  const rest = weights.get('*')
  let best: Coding | undefined
  let bestWeight = 0
  for (const coding of codings) {
    const weight = weights.get(coding) ?? rest ?? 0
    if (weight > bestWeight) [best, bestWeight] = [coding, weight]
  }
  const plain = weights.get('identity') ?? rest ?? UNNAMED
  return plain > bestWeight ? undefined : best
}

/** Those of `codings` that the client can read. */
export function readableCodings<Coding extends string>(
  line: string | undefined,
  codings: readonly Coding[],
): readonly Coding[] {
  if (line === undefined) return []
  const { weights } = accepted(line)
  return codings.filter((coding) => (weights.get(coding) ?? weights.get('*') ?? 0) > 0)
}

/** Whether nobody on the way can code the answer for this client: it names no coding that it would take. */
export function takesIdentityOnly(line: string | undefined): boolean {
  if (line === undefined) return true
  const { faultless, weights } = accepted(line)
  return faultless && [...weights].every(([name, weight]) => name === 'identity' || weight === 0)
}

// Browsers spell it in a few ways; reading one of them anew for each page would cost more than the page.
const read = new Map<string, Accepted>()
const MOST_READ = 64
const LONGEST_READ = 128

function accepted(line: string): Accepted {
  const known = read.get(line)
  if (known !== undefined) return known
  const found = parse(line)
  if (line.length > LONGEST_READ) return found
  if (read.size >= MOST_READ) read.clear()
  read.set(line, found)
  return found
}

function parse(line: string): Accepted {
  const weights = new Map<string, number>()
  let faultless = true
  for (const member of line.split(',')) {
    const semicolon = member.indexOf(';')
    const written = semicolon === -1 ? member : member.slice(0, semicolon)
    const name = trimBlanks(written).toLowerCase()
    if (name === '' && semicolon === -1) continue
    const weight = semicolon === -1 ? 1 : weightOf(member.slice(semicolon + 1))
    if (weight === undefined || !isToken(name)) faultless = false
    const known = name === 'x-gzip' ? 'gzip' : name
    weights.set(known, Math.min(weights.get(known) ?? 1, weight ?? 0))
  }
  return { weights, faultless }
}

function weightOf(parameter: string): number | undefined {
  const match = WEIGHT.exec(trimBlanks(parameter))
  return match === null ? undefined : Number(match[1])
}
