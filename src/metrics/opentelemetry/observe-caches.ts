import { type MeasuredCaches, measuredCaches, measuresOf } from '../../base/measured-caches.ts'
import { type Attributes, checkApi, type OpenTelemetryApi, SCOPE } from './api.ts'
import { INSTRUMENTS } from './instruments.ts'

interface Observed {
  observe(instrument: object, value: number, attributes: Attributes): void
}

/**
 * Tells what the caches have done to the metrics of OpenTelemetry, whenever those are collected: no call of a cache touches
 * them, and no store is asked. Call it after the SDK's meter provider is registered.
 *
 * @param api `import * as api from '@opentelemetry/api'`
 * @returns ends it
 * @throws {CacheError} `E_OPTION`
 */
export function observeCaches(api: OpenTelemetryApi, caches: MeasuredCaches): () => void {
  checkApi(api)
  const list = measuredCaches(caches)
  const meter = api.metrics.getMeter(SCOPE)
  const made = INSTRUMENTS.map(({ description, kind, name, unit }) => {
    const options = { description, unit }
    return kind === 'counter'
      ? meter.createObservableCounter(name, options)
      : meter.createObservableGauge(name, options)
  })
  // All at once: each cache is measured once for a collection.
  const observe = (result: Observed): void => {
    for (const measures of measuresOf(list())) {
      const own = { 'cache.name': measures.alias, 'cache.store': measures.store }
      for (const [index, instrument] of INSTRUMENTS.entries()) {
        for (const [attributes, value] of instrument.read(measures)) {
          if (value === undefined) continue
          result.observe(made[index] as object, value, { ...own, ...attributes })
        }
      }
    }
  }
  meter.addBatchObservableCallback(observe as never, made as never)
  return () => meter.removeBatchObservableCallback(observe as never, made as never)
}
