export type { Format } from './exposition.ts'
export { type PrometheusOptions } from './options.ts'
export { type PromRegistry, registerCaches } from './prom-client.ts'
export {
  prometheusHandler,
  type PrometheusHandler,
  prometheusText,
  type Scraped,
} from './prometheus.ts'
export type { MeasuredCaches } from '../../base/measured-caches.ts'
