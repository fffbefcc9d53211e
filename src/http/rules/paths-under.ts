// Paths that a router may take for one beneath another. RFC 3986 §6.2.2, and what servers make of it.
//
// `/%61dmin`, `//admin`, `/ADMIN` and `/admin;x/` lead to one view with some routers and proxies, and to none with others.
// So a path counts as beneath another if any reading of it does, and one that nobody can read for certain counts as well:
// what is left out for nothing costs a view, what is kept for nothing could cost a secret.

/** More rounds of decoding are nobody's way to name a path. */
const MOST_ROUNDS = 4

/**
 * Tells of a path, as the client wrote it, whether it is one of these or beneath one: by whole segments, so that
 * `/administrator` is not beneath `/admin`.
 *
 * @param given each with its `/` at the start, read in the same ways
 */
export function pathsUnder(given: readonly string[]): (path: string) => boolean {
  if (given.length === 0) return () => false
  const wanted = given.flatMap((path) => readings(path) ?? [])
  return (path) => {
    const found = readings(path)
    if (found === undefined) return true
    return found.some((segments) => {
      return wanted.some((each) => each.every((segment, index) => segments[index] === segment))
    })
  }
}

/** The segments in each way to read them; `undefined` when there is one too many. */
function readings(path: string): readonly (readonly string[])[] | undefined {
  const found: (readonly string[])[] = []
  let text = path
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const segments = segmentsOf(text)
    if (segments === undefined) return undefined
    found.push(segments)
    const decoded = text.replace(/(?:%[0-9a-f]{2})+/gi, decodedRun)
    if (decoded === text) return found
    text = decoded
  }
  return undefined
}

/** Bytes that are no UTF-8 stay escaped, but for the ASCII among them. */
function decodedRun(run: string): string {
  try {
    return decodeURIComponent(run)
  } catch {
    return run.replace(/%[0-7][0-9a-f]/gi, (escape) => decodeURIComponent(escape))
  }
}

function segmentsOf(text: string): readonly string[] | undefined {
  // Some servers end a path at the first of them.
  if (/[\x00-\x1f\x7f]/.test(text)) return undefined
  const segments: string[] = []
  for (const each of text.replaceAll('\\', '/').split('/')) {
    // RFC 3986 §3.3: parameters of a segment.
    const [segment] = each.split(';') as [string]
    if (segment === '..') return undefined
    if (segment !== '' && segment !== '.') segments.push(segment.normalize().toLowerCase())
  }
  return segments
}
