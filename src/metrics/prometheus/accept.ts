import type { Format } from './exposition.ts'

/**
 * The format that a scraper prefers by its `Accept` (RFC 9110, 12.5.1); Prometheus's own where it says nothing of either, and
 * for a version of OpenMetrics that is not ours.
 */
export function acceptedFormat(accept: string | null | undefined): Format {
  let text = 0
  let open = 0
  for (const range of (accept ?? '').split(',')) {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase())
    const quality = Number(parameters.find((each) => each.startsWith('q='))?.slice(2) ?? 1)
    const version = parameters.find((each) => each.startsWith('version='))?.slice(8) ?? '1.0.0'
    const weight = quality >= 0 && quality <= 1 ? quality : 0
    if (type === 'application/openmetrics-text' && /^"?[01]\./.test(version))
      open = Math.max(open, weight)
    else if (type === 'text/plain' || type === 'text/*') text = Math.max(text, weight)
  }
  return open > 0 && open >= text ? 'openmetrics' : 'text'
}
