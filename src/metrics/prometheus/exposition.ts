import { numberText } from './cache-metrics.ts'
import type { Labels, Metric } from './metric.ts'

/** `text`: Prometheus's own, version 0.0.4. `openmetrics`: version 1.0.0. */
export type Format = 'text' | 'openmetrics'

const CONTENT_TYPES: Readonly<Record<Format, string>> = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
}

export function contentTypeOf(format: Format): string {
  return CONTENT_TYPES[format]
}

/** @param labels what every series carries beside its own */
export function exposition(metrics: readonly Metric[], format: Format, labels: Labels): string {
  const told = metrics.filter(({ samples }) => samples.length > 0)
  const lines = told.flatMap((metric) => [
    ...headOf(metric, format),
    ...metric.samples.map((sample) => {
      const name = metric.name + sample.suffix
      return `${name}${labelText({ ...labels, ...sample.labels })} ${numberText(sample.value)}`
    }),
  ])
  if (format === 'openmetrics') lines.push('# EOF')
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`
}

function headOf({ name, help, type, unit }: Metric, format: Format): string[] {
  // OpenMetrics names the metric, not its series: `_total` is a suffix of its samples, and the unit ends its name.
  const isOpen = format === 'openmetrics'
  const named = isOpen && type === 'counter' ? name.replace(/_total$/, '') : name
  const said = isOpen ? escaped(help) : help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
  const head = [`# TYPE ${named} ${type}`, `# HELP ${named} ${said}`]
  return isOpen && unit !== undefined && named.endsWith(`_${unit}`)
    ? [...head, `# UNIT ${named} ${unit}`]
    : head
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

/** Both formats are lines of UTF-8: a lone half of a pair cannot be sent, and CR ends a line for some readers. */
function escaped(text: string): string {
  return text
    .toWellFormed()
    .replaceAll('\\', '\\\\')
    .replaceAll('"', String.raw`\"`)
    .replaceAll('\n', String.raw`\n`)
    .replaceAll('\r', ' ')
}
