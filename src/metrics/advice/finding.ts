/** Something that was measured and ought to be changed, and what to do about it. Can be sent as JSON. */
export interface Finding {
  /** Stable, for filters and links: `written-more-than-read`. */
  readonly code: string
  /** `error`: data will be lost or the application stopped. `warning`: it costs more than it gives. `hint`: it could be better. */
  readonly severity: 'error' | 'warning' | 'hint'
  /** The alias it is about. */
  readonly alias: string
  /** The keys concerned: a family as `product:*`, or one key. Absent where it concerns the whole alias. */
  readonly family?: string
  /** What is the matter, in a few words. */
  readonly title: string
  /** What was measured that says so, with its numbers. */
  readonly evidence: string
  /** What to do about it. */
  readonly remedy: string
  /** Where it is explained: a page of the documentation with an anchor, relative to `docs/`. */
  readonly link: string
}

const ORDER = { error: 0, warning: 1, hint: 2 }

/** The gravest first; of equal ones in the order of their codes. */
export function byGravity(a: Finding, b: Finding): number {
  return ORDER[a.severity] - ORDER[b.severity] || (a.code < b.code ? -1 : a.code > b.code ? 1 : 0)
}

export function linkOf(code: string): string {
  return `advice.md#${code}`
}
