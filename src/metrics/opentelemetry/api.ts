import { optionError } from '../../base/errors.ts'

// What is used of `@opentelemetry/api`, as the application passes it in: it is not imported here, so that there is one copy of
// it, the application's, whose SDK is registered with it.

export type Attributes = Record<string, string | number | boolean | readonly string[]>

interface Meter {
  createObservableCounter(name: string, options?: InstrumentOptions): object
  createObservableGauge(name: string, options?: InstrumentOptions): object
  addBatchObservableCallback(callback: never, instruments: never): void
  removeBatchObservableCallback(callback: never, instruments: never): void
}

interface InstrumentOptions {
  description?: string
  unit?: string
}

export interface Span {
  spanContext(): object
  setAttributes(attributes: never): unknown
  setStatus(status: { code: number; message?: string }): unknown
  recordException(exception: never, time?: never): void
  /** Since 1.9. */
  addLink?(link: never): unknown
  end(time?: never): void
}

export interface Tracer {
  startSpan(name: string, options: never, context: never): Span
}

/** `import * as api from '@opentelemetry/api'`, version 1.9 or later. */
export interface OpenTelemetryApi {
  readonly metrics: { getMeter(name: string, version?: string): Meter }
  readonly trace: {
    getTracer(name: string, version?: string): Tracer
    setSpan(context: never, span: never): object
  }
  readonly context: {
    active(): object
    with(context: never, act: never): unknown
  }
}

/** By which backends tell whose instruments and spans these are. */
export const SCOPE = 'breakwater'

/** As in the enumeration of the API. */
export const STATUS_ERROR = 2

/** @throws {CacheError} `E_OPTION` */
export function checkApi(api: unknown): void {
  const given = api as Partial<OpenTelemetryApi> | null | undefined
  const fits =
    typeof given?.metrics?.getMeter === 'function' &&
    typeof given.trace?.getTracer === 'function' &&
    typeof given.context?.with === 'function'
  if (!fits)
    throw optionError(
      'api',
      "the API of OpenTelemetry: npm install @opentelemetry/api, then import * as api from '@opentelemetry/api'",
      typeof api,
    )
}
