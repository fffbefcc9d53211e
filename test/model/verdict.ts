import type { Row } from './configurations.ts'
import type { Findings } from './checker.ts'

/** What is said of a row in the table, and whether it is as it must be. */
export interface Verdict {
  readonly good: boolean
  readonly text: string
}

export function judge(row: Row, findings: Findings): Verdict {
  const { fault, trace, measured } = findings
  const why = row.note === undefined ? '' : ` (${row.note})`
  if (fault !== undefined) {
    const promise = fault.slice(0, fault.indexOf(':'))
    const found = `${promise} broken in ${trace.length - 1} steps`
    if (promise === row.expect) return { good: true, text: `caught: ${found}${why}` }
    return { good: false, text: `WRONG: ${found}, expected ${row.expect}` }
  }
  if (row.expect !== 'holds') return { good: false, text: `SURVIVED: ${row.expect} should break` }
  if (row.measured !== undefined && row.measured !== measured) {
    return { good: false, text: `WRONG: measured ${measured}, expected ${row.measured}` }
  }
  return { good: true, text: row.note === undefined ? 'holds' : `safe: ${row.note}` }
}
