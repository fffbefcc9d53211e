/** A place in a fragment that is rendered afresh each time. */
export interface Hole {
  /** By which its renderer is found again, in any process. */
  readonly name: string
  /** What it was given where it stands: plain data. */
  readonly args: unknown
}

/** A fragment in order: markup as it is, and holes. */
export type Part = string | Hole

/** What is stored: parts, and not one text with signs in it that a page's content could imitate. */
export interface StoredFragment {
  readonly kind: 'fragment'
  readonly parts: readonly Part[]
  /** Its own and those of the fragments in it: whatever shows it depends on them, too. */
  readonly tags: readonly string[]
  /** What it was made by that could not be known before: of use where this process would make it by the same. */
  readonly made?: readonly string[]
}

/** For those who shared a rendering that turned out to be one request's own: each renders for itself. */
export interface RefusedFragment {
  readonly kind: 'refused'
}

/** `undefined` for what nobody here has stored: another version's, or another program's. */
export function asFragment(value: unknown): StoredFragment | undefined {
  const given = value as Partial<StoredFragment> | null | undefined
  if (typeof given !== 'object' || given?.kind !== 'fragment') return undefined
  const { made = [], parts, tags } = given
  if (!Array.isArray(parts) || !parts.every(isPart)) return undefined
  if (!isTexts(tags) || !isTexts(made)) return undefined
  return given as StoredFragment
}

function isTexts(given: unknown): boolean {
  return Array.isArray(given) && given.every((each) => typeof each === 'string')
}

function isPart(part: unknown): part is Part {
  if (typeof part === 'string') return true
  return typeof (part as Partial<Hole> | null)?.name === 'string'
}
