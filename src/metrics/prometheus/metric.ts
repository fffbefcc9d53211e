/** Names and values that tell the series of one metric apart. */
export type Labels = Readonly<Record<string, string>>

export interface Sample {
  /** What follows the metric's name: `_bucket`, `_sum`, `_count`; empty for the plain value. */
  readonly suffix: '' | '_bucket' | '_sum' | '_count'
  readonly labels: Labels
  readonly value: number
}

/** One metric with all its series, in base units, as Prometheus wants them: seconds and bytes. */
export interface Metric {
  /** Of a counter with the `_total` at its end. */
  readonly name: string
  readonly help: string
  readonly type: 'counter' | 'gauge' | 'histogram'
  readonly unit?: 'seconds' | 'bytes'
  readonly samples: readonly Sample[]
}
