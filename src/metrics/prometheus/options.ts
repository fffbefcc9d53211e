import { optionError } from '../../base/errors.ts'
import { refuseUnknown } from '../../base/suggest.ts'
import type { Labels } from './metric.ts'

/** What the names begin with, which labels all have, and how many families are told apart. */
export interface PrometheusOptions {
  /** What every name begins with. Default `'cache_'`. */
  readonly prefix?: string
  /** Labels that every series gets: `{ service: 'shop' }`. Default: none, as Prometheus adds its own. */
  readonly labels?: Labels
  /**
   * How many families of keys of each alias are told by name, the most used ones: each is three series. A whole number, up
   * to 100. Default 0: none.
   */
  readonly families?: number
}

const PROMETHEUS_DEFAULTS = {
  prefix: 'cache_',
  labels: {},
  families: 0,
} as const satisfies PrometheusOptions

const MOST_FAMILIES = 100
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/
/** Names that series have of their own. */
const TAKEN = ['cache', 'op', 'result', 'family', 'reason', 'state', 'store', 'tier', 'with', 'le']

/** @throws {CacheError} `E_OPTION` */
export function resolvePrometheus(
  options: PrometheusOptions,
  extra: readonly string[] = [],
): Required<PrometheusOptions> {
  refuseUnknown('prometheus', options, [...Object.keys(PROMETHEUS_DEFAULTS), ...extra])
  const { prefix, labels, families } = { ...PROMETHEUS_DEFAULTS, ...options }
  if (typeof prefix !== 'string' || (prefix !== '' && !/^[A-Za-z_:][A-Za-z0-9_:]*$/.test(prefix)))
    throw optionError('prefix', "letters, digits, _ and :, such as 'cache_'", prefix)
  if (!(Number.isSafeInteger(families) && families >= 0 && families <= MOST_FAMILIES))
    throw optionError('families', `a whole number from 0 to ${MOST_FAMILIES}`, families)
  if (typeof labels !== 'object' || labels === null)
    throw optionError('labels', "an object of texts, such as { service: 'shop' }", labels)
  for (const [name, value] of Object.entries(labels as Record<string, unknown>)) {
    if (!NAME.test(name) || name.startsWith('__') || TAKEN.includes(name))
      throw optionError('labels', 'names of letters, digits and _ that are not taken', name)
    if (typeof value !== 'string') throw optionError(`labels.${name}`, 'a text', value)
  }
  return { prefix, labels: { ...labels }, families }
}
