import type { Clock } from '../base/clock.ts'

/** Beyond it the oldest are forgotten; whoever needs all of them takes option `onAudit`. */
const MOST_ENTRIES = 500

/** One act of somebody, done, failed or refused. */
export interface AuditEntry {
  /** Counts up from 1 in this process. */
  readonly id: number
  /** Milliseconds since the Unix epoch. */
  readonly at: number
  /** As `authorize` named them. */
  readonly actor: string
  /** Stable: `invalidate-tags`. */
  readonly action: string
  /** The alias it was done to, where it was one. */
  readonly alias: string | undefined
  /** What it was done to: a key, tags, an address; shortened where keys are secret. */
  readonly target: string
  /** `'queued'`: the store was away, and it is done when it is back. */
  readonly outcome: 'done' | 'failed' | 'queued'
  /** In a sentence. */
  readonly message: string
}

/** Who did what, when, and what came of it. */
export class Audit {
  readonly #clock: Clock
  readonly #told: ((entry: AuditEntry) => void) | undefined
  readonly #entries: AuditEntry[] = []
  #last = 0

  /** @param told is handed each entry, to be kept for good; what it throws is lost */
  constructor(clock: Clock, told: ((entry: AuditEntry) => void) | undefined) {
    this.#clock = clock
    this.#told = told
  }

  note(entry: Omit<AuditEntry, 'at' | 'id'>): AuditEntry {
    const noted = Object.freeze({ id: ++this.#last, at: this.#clock.now(), ...entry })
    this.#entries.push(noted)
    if (this.#entries.length > MOST_ENTRIES) this.#entries.shift()
    try {
      this.#told?.(noted)
    } catch {
      // The act is done; a log that fails must not say that it is not.
    }
    return noted
  }

  /** Newest first. */
  entries(): readonly AuditEntry[] {
    return this.#entries.toReversed()
  }

  find(id: number): AuditEntry | undefined {
    return this.#entries.find((entry) => entry.id === id)
  }
}
