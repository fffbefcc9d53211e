import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { PYTHON } from '../../../scripts/setup.mjs'

export interface ParsedMetric {
  readonly name: string
  readonly help: string
  readonly type: string
  readonly unit: string
  readonly samples: readonly (readonly [
    name: string,
    labels: Readonly<Record<string, string>>,
    value: number,
  ])[]
}

/**
 * What Prometheus's own client for Python reads in a text: its reader of OpenMetrics is the reference of that format, and
 * refuses whatever breaks it.
 */
export async function parsed(
  text: string,
  format: 'text' | 'openmetrics',
): Promise<ParsedMetric[]> {
  const script = join(import.meta.dirname, 'parse.py')
  return await new Promise((resolve, reject) => {
    const child = execFile(PYTHON, [script, format], (error, stdout, stderr) => {
      if (error === null) resolve(JSON.parse(stdout) as ParsedMetric[])
      else reject(new Error(`It cannot be read as ${format}:\n${stderr}\n${text}`))
    })
    child.stdin?.end(text)
  })
}

/** The value of one series. */
export function valueOf(
  metrics: readonly ParsedMetric[],
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined {
  const samples = metrics.flatMap((metric) => metric.samples)
  return samples.find(
    ([sample, has]) =>
      sample === name && Object.entries(labels).every(([label, value]) => has[label] === value),
  )?.[2]
}
