import { optionError } from '../../base/errors.ts'
import { type MeasuredCaches, measuredCaches, measuresOf } from '../../base/measured-caches.ts'
import { cacheMetrics } from './cache-metrics.ts'
import type { Labels, Metric, Sample } from './metric.ts'
import { type PrometheusOptions, resolvePrometheus } from './options.ts'

/** What is used of a registry of prom-client. */
export interface PromRegistry {
  registerMetric(metric: never): void
  removeSingleMetric(name: string): void
}

interface PromValue {
  readonly labels: Labels
  readonly value: number
  readonly metricName?: string
}

/** A metric as a registry wants it: it gives its name anew, since a registry of OpenMetrics takes the `_total` off. */
class PromMetric {
  name: string
  readonly help: string
  readonly type: Metric['type']
  /** Of several processes of one machine, prom-client's cluster adds up. */
  readonly aggregator = 'sum'
  readonly #samples: () => readonly Sample[]

  constructor({ help, name, type }: Metric, samples: () => readonly Sample[]) {
    this.name = name
    this.help = help
    this.type = type
    this.#samples = samples
  }

  async get(): Promise<{ name: string; help: string; type: string; values: PromValue[] }> {
    const { aggregator, help, name, type } = this
    const values = this.#samples().map(({ labels, suffix, value }) => {
      return { labels, value, ...(suffix === '' ? {} : { metricName: name + suffix }) }
    })
    return Object.assign({ name, help, type, values }, { aggregator })
  }

  /** What was counted stays counted: it is not the registry's. */
  reset(): void {}
}

/**
 * Adds what the caches have done to a registry of prom-client, beside the application's own metrics. The numbers are taken
 * when the registry is scraped; no call of a cache touches it. Labels that all series get are the registry's to set.
 *
 * @returns takes them out again
 * @throws {CacheError} `E_OPTION`; what the registry throws where a name is taken
 */
export function registerCaches(
  registry: PromRegistry,
  caches: MeasuredCaches,
  options: Omit<PrometheusOptions, 'labels'> = {},
): () => void {
  if (typeof registry?.registerMetric !== 'function')
    throw optionError('registry', 'a registry of prom-client', registry)
  const resolved = resolvePrometheus(options)
  const list = measuredCaches(caches)
  let scraped: ReadonlyMap<string, Metric> | undefined
  // A registry asks one metric after the other: all of one turn are of one look.
  const scrape = (): ReadonlyMap<string, Metric> => {
    if (scraped !== undefined) return scraped
    queueMicrotask(() => (scraped = undefined))
    scraped = byName(cacheMetrics(measuresOf(list()), resolved))
    return scraped
  }
  const registered: string[] = []
  const remove = (): void => {
    for (const name of registered.splice(0)) registry.removeSingleMetric(name)
  }
  for (const metric of cacheMetrics([], resolved)) {
    const made = new PromMetric(metric, () => scrape().get(metric.name)?.samples ?? [])
    try {
      registry.registerMetric(made as never)
    } catch (error) {
      remove()
      throw error
    }
    registered.push(metric.name)
  }
  return remove
}

function byName(metrics: readonly Metric[]): ReadonlyMap<string, Metric> {
  return new Map(metrics.map((metric) => [metric.name, metric]))
}
