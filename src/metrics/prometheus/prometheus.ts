import { optionError } from '../../base/errors.ts'
import { type MeasuredCaches, measuredCaches, measuresOf } from '../../base/measured-caches.ts'
import { acceptedFormat } from './accept.ts'
import { cacheMetrics } from './cache-metrics.ts'
import { contentTypeOf, exposition, type Format } from './exposition.ts'
import { type PrometheusOptions, resolvePrometheus } from './options.ts'

/** One scrape, for frameworks that speak in neither Request nor Response. */
export interface Scraped {
  /** The header that belongs to the text. */
  readonly contentType: string
  /** The numbers, in the exposition format. */
  readonly text: string
}

/** Answers scrapes. */
export interface PrometheusHandler {
  (request: Request): Response
  /** What a scraper that sends this `Accept` is to be answered. */
  scrape(accept?: string | null): Scraped
}

/**
 * What the caches of this process have done, in the text format of Prometheus or as OpenMetrics. Asks no store.
 *
 * @param options.format default `'text'`
 * @throws {CacheError} `E_OPTION`
 */
export function prometheusText(
  caches: MeasuredCaches,
  options: PrometheusOptions & { readonly format?: Format } = {},
): string {
  const { format = 'text' } = options
  if (format !== 'text' && format !== 'openmetrics')
    throw optionError('format', "'text' or 'openmetrics'", format)
  const resolved = resolvePrometheus(options, ['format'])
  const measures = measuresOf(measuredCaches(caches)())
  return exposition(cacheMetrics(measures, resolved), format, resolved.labels)
}

/**
 * An endpoint for Prometheus: `app.get('/metrics', (c) => metrics(c.req.raw))`. It answers in the format that the scraper
 * asks for, GET and HEAD only, and is never cached. Who may see it is the application's to say.
 *
 * @throws {CacheError} `E_OPTION` while building
 */
export function prometheusHandler(
  caches: MeasuredCaches,
  options: PrometheusOptions = {},
): PrometheusHandler {
  const resolved = resolvePrometheus(options)
  const list = measuredCaches(caches)
  const scrape = (accept?: string | null): Scraped => {
    const format = acceptedFormat(accept)
    const text = exposition(cacheMetrics(measuresOf(list()), resolved), format, resolved.labels)
    return { contentType: contentTypeOf(format), text }
  }
  const answer = (request: Request): Response => {
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return new Response('GET and HEAD only.\n', { status: 405, headers: { Allow: 'GET, HEAD' } })
    const { contentType, text } = scrape(request.headers.get('accept'))
    return new Response(request.method === 'HEAD' ? null : text, {
      headers: { 'Content-Type': contentType, 'Cache-Control': 'no-store', Vary: 'Accept' },
    })
  }
  return Object.assign(answer, { scrape })
}
