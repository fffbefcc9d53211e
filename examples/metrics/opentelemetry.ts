// examples/metrics/opentelemetry.ts
import * as api from '@opentelemetry/api'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import { createCaches } from 'breakwater'
import { observeCaches } from 'breakwater/metrics/opentelemetry'

// The SDK, as you have it: here it exports into memory.
const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
const provider = new MeterProvider({ readers: [new PeriodicExportingMetricReader({ exporter })] })
api.metrics.setGlobalMeterProvider(provider)

const caches = createCaches()
const stop = observeCaches(api, caches)
await caches.default.getOrSet('rates', () => 1.08)
await caches.default.getOrSet('rates', () => 1.08)

await provider.forceFlush()
const exported = exporter.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics)
const instruments = exported.flatMap(({ metrics }) => metrics)
const requests = instruments.find(({ descriptor }) => descriptor.name === 'cache.requests')
for (const { attributes, value } of requests?.dataPoints ?? [])
  console.log('cache.requests', attributes['cache.result'], value)

stop()
await provider.shutdown()
api.metrics.disable()
await caches.close()
