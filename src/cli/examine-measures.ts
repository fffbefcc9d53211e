import type { Measures } from '../base/measures.ts'
import { type Advisable, adviser } from '../metrics/advice/index.ts'
import { between } from '../metrics/index.ts'
import type { Finding } from './findings.ts'

/** What the processes of a fleet have measured since they started that says what is better cached otherwise, or not at all. */
export async function examineMeasures(
  totals: readonly Measures[],
  maxBytesOf: (alias: string) => Promise<number | undefined>,
): Promise<Finding[]> {
  const advising = adviser(totals.map((total) => sinceTheStart(total, maxBytesOf)))
  try {
    const found = await advising.findings()
    return found.map(({ alias, code, evidence, family, remedy, severity, title }) => ({
      alias,
      code,
      severity: severity === 'hint' ? 'note' : severity,
      message: `${family === undefined ? '' : `${family}: `}${title} ${evidence}`,
      remedy,
      source: 'measures',
    }))
  } finally {
    advising.close()
  }
}

/** The adviser looks twice, and judges what happened in between: here everything. What single keys did, nobody tells. */
function sinceTheStart(
  total: Measures,
  maxBytesOf: (alias: string) => Promise<number | undefined>,
): Advisable {
  const { alias, since } = total
  const atTheStart = { ...between(total, total), at: since, since }
  let hasLooked = false
  return {
    alias,
    measures() {
      if (hasLooked) return total
      hasLooked = true
      return atTheStart
    },
    on: () => () => {},
    stats: async () => ({ maxBytes: await maxBytesOf(alias) }),
    examine: async () => [],
  }
}
