import type { Advice } from '../base/advice.ts'

/** Something that will hurt, or is odd, and what to do about it. */
export interface Finding extends Omit<Advice, 'severity'> {
  /** `error`: it loses data or stops the application. `warning`: it will hurt. `note`: it is odd. */
  readonly severity: Advice['severity'] | 'note'
  readonly alias: string
  /** Where it shows: the server, the configuration, or what processes have measured. */
  readonly source: 'server' | 'configuration' | 'measures'
}

const RANK: Readonly<Record<Finding['severity'], number>> = { error: 0, warning: 1, note: 2 }

export function worstFirst(findings: readonly Finding[]): Finding[] {
  return findings.toSorted((a, b) => RANK[a.severity] - RANK[b.severity])
}
