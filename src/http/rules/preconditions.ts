// Preconditions against what the resource is now. RFC 9110 §13.2.2.
import { parseHttpDate } from './http-date.ts'
import { hasTag, isAnyTag } from './validators.ts'

/** The validators of what a resource is now; without either nobody knows whether it exists. */
export interface Validators {
  /** With its quotes, and `W/` where it is weak. */
  readonly etag: string | undefined
  /** Milliseconds since the Unix epoch, whole seconds. */
  readonly lastModified: number | undefined
}

/** Fields that make a request conditional, but for those that ask for a part. */
const CONDITIONS = ['if-match', 'if-unmodified-since', 'if-none-match', 'if-modified-since']

/** §13.2.1: they neither select nor change what a validator speaks of. */
const WITHOUT: ReadonlySet<string> = new Set(['CONNECT', 'OPTIONS', 'TRACE'])

/**
 * What the preconditions of a request come to: 304, 412, or nothing that keeps its method from being performed.
 *
 * @param header reads a request field by its lower-case name
 */
export function precondition(
  method: string,
  header: (name: string) => string | undefined,
  { etag, lastModified }: Validators,
  now: number,
): 304 | 412 | undefined {
  if (WITHOUT.has(method)) return undefined
  const reads = method === 'GET' || method === 'HEAD'
  const exists = etag !== undefined || lastModified !== undefined
  const dateOf = (name: string): number | undefined => {
    const line = header(name)
    return line === undefined ? undefined : parseHttpDate(line, now)
  }

  const match = header('if-match')
  if (match !== undefined) {
    if (!(isAnyTag(match) ? exists : hasTag(match, etag, 'strong'))) return 412
  } else if (lastModified !== undefined) {
    const unmodifiedSince = dateOf('if-unmodified-since')
    if (unmodifiedSince !== undefined && lastModified > unmodifiedSince) return 412
  }

  const noneMatch = header('if-none-match')
  if (noneMatch !== undefined) {
    const matches = isAnyTag(noneMatch) ? exists : hasTag(noneMatch, etag, 'weak')
    if (!matches) return undefined
    return reads ? 304 : 412
  }
  const modifiedSince = dateOf('if-modified-since')
  if (!reads || lastModified === undefined || modifiedSince === undefined) return undefined
  return lastModified <= modifiedSince ? 304 : undefined
}

/** Whether a request must not be performed unless its preconditions were evaluated: it may change what another has changed. */
export function guardsAWrite(
  method: string,
  header: (name: string) => string | undefined,
): boolean {
  if (WITHOUT.has(method)) return false
  const guards = method === 'GET' || method === 'HEAD' ? CONDITIONS.slice(0, 2) : CONDITIONS
  return guards.some((name) => header(name) !== undefined)
}
