import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as api from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Measured } from '../../../src/base/measures.ts'
import type { StoreDefinition } from '../../../src/base/store.ts'
import type { Cache } from '../../../src/cache/cache.ts'
import { createCaches } from '../../../src/config/create-caches.ts'
import { INSTRUMENTS } from '../../../src/metrics/opentelemetry/instruments.ts'
import {
  observeCaches,
  traceCaches,
  type TraceOptions,
} from '../../../src/metrics/opentelemetry/index.ts'
import { memory } from '../../../src/stores/memory/memory.ts'
import { madeUpMeasures, measured } from '../made-up.ts'

const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const each of undo.splice(0).toReversed()) await each()
})

describe('observeCaches', () => {
  let exporter: InMemoryMetricExporter
  let provider: MeterProvider

  beforeEach(() => {
    exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
    const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 1e9 })
    provider = new MeterProvider({ readers: [reader] })
    api.metrics.setGlobalMeterProvider(provider)
    undo.push(
      () => api.metrics.disable(),
      () => provider.shutdown(),
    )
  })

  /** All numbers of a collection: `cache.requests{...}` to its value. */
  async function collected(): Promise<Map<string, number>> {
    exporter.reset()
    await provider.forceFlush()
    const values = new Map<string, number>()
    for (const { scopeMetrics } of exporter.getMetrics()) {
      for (const { descriptor, dataPoints } of scopeMetrics.flatMap(({ metrics }) => metrics)) {
        for (const { attributes, value } of dataPoints) {
          const named = { ...attributes }
          delete named['cache.store']
          values.set(`${descriptor.name}${JSON.stringify(named)}`, value as number)
        }
      }
    }
    return values
  }

  it('tells the SDK what is measured, when it collects', async () => {
    undo.push(observeCaches(api, measured(madeUpMeasures())))

    const values = await collected()

    const name = 'cache.name":"default"'
    expect(values.get(`cache.requests{"${name},"cache.result":"hit"}`)).toBe(90)
    expect(values.get(`cache.operations{"${name},"cache.operation":"get"}`)).toBe(100)
    expect(values.get(`cache.load.time_saved{"${name}}`)).toBe(98.765)
    expect(values.get(`cache.size{"${name}}`)).toBe(1500)
    expect(values.get(`cache.circuit.state{"${name},"cache.state":"open"}`)).toBe(0)
  })

  it('measures each cache once for a collection, those in use at that time', async () => {
    const measures = vi.fn(() => madeUpMeasures())
    const inUse: Measured[] = []
    undo.push(observeCaches(api, { opened: () => inUse }))
    const before = await collected()

    inUse.push({ alias: 'default', measures })
    const after = await collected()

    expect(before.size).toBe(0)
    expect(after.size).toBeGreaterThan(20)
    expect(measures).toHaveBeenCalledTimes(1)
  })

  it('ends when it is told to', async () => {
    const measures = vi.fn(() => madeUpMeasures())
    observeCaches(api, { alias: 'default', measures })()

    await collected()

    expect(measures).not.toHaveBeenCalled()
  })

  it('refuses what is not the API', () => {
    expect(() => observeCaches({} as never, measured(madeUpMeasures()))).toThrow(
      /npm install @opentelemetry\/api/,
    )
  })
})

/** A memory store that passes for one outside of this process. */
function remote(): StoreDefinition {
  const inner = memory()
  return {
    name: 'redis',
    open: (context) => {
      const store = inner.open(context)
      return new Proxy(store, {
        get(target, name) {
          if (name === 'can') return { ...target.can, shared: true }
          if (name === 'name') return 'redis'
          const member = Reflect.get(target, name, target) as unknown
          return typeof member === 'function' ? (member.bind(target) as unknown) : member
        },
      })
    },
  }
}

describe('traceCaches', () => {
  let exporter: InMemorySpanExporter
  let cache: Cache
  let far: Cache

  beforeEach(() => {
    exporter = new InMemorySpanExporter()
    const provider = new BasicTracerProvider({
      spanProcessors: [new SimpleSpanProcessor(exporter)],
    })
    const manager = new AsyncLocalStorageContextManager().enable()
    api.trace.setGlobalTracerProvider(provider)
    api.context.setGlobalContextManager(manager)
    const caches = createCaches({ default: { store: memory() }, far: { store: remote() } })
    cache = caches.default
    far = caches.far
    undo.push(
      () => api.trace.disable(),
      () => api.context.disable(),
      () => caches.close(),
    )
  })

  function trace(options?: TraceOptions): void {
    undo.push(traceCaches(api, options))
  }

  const named = (name: string): ReadableSpan[] =>
    exporter.getFinishedSpans().filter((span) => span.name === name)

  it('makes no span of a hit in memory', async () => {
    await cache.set('a', 1)
    trace({ slow: '1h' })

    await cache.get('a')
    await cache.getOrSet('a', () => 2)

    expect(exporter.getFinishedSpans()).toEqual([])
  })

  it('makes a span of what asks a store outside of this process, with what became of it', async () => {
    await far.set(['product', 7], 'lamp')
    trace()

    await far.get(['product', 7])
    await far.get(['product', 8])
    await far.invalidateTags(['shop:3'])

    const [hit, miss] = named('cache get far')
    expect(hit?.attributes).toEqual({
      'cache.name': 'far',
      'cache.operation': 'get',
      'cache.store': 'redis',
      'cache.key': ['product:*'],
      'cache.result': 'hit',
      'cache.hit': true,
      'cache.layer': 'store',
    })
    expect(miss?.attributes).toMatchObject({ 'cache.result': 'miss', 'cache.hit': false })
    expect(named('cache invalidateTags far')[0]?.attributes['cache.tags']).toEqual(['shop:*'])
  })

  it('makes spans of a load and of the call that began it, and what the loader does is under the load', async () => {
    trace()
    const tracer = api.trace.getTracer('database')

    await tracer.startActiveSpan('request', async (request) => {
      await cache.getOrSet('a', async () => {
        tracer.startSpan('select').end()
        return await far.get('b')
      })
      request.end()
    })

    const parentOf = (name: string): string | undefined => {
      const id = named(name)[0]?.parentSpanContext?.spanId
      return exporter.getFinishedSpans().find((span) => span.spanContext().spanId === id)?.name
    }
    expect(parentOf('select')).toBe('cache load default')
    expect(parentOf('cache get far')).toBe('cache load default')
    expect(parentOf('cache load default')).toBe('cache getOrSet default')
    expect(parentOf('cache getOrSet default')).toBe('request')
  })

  it('leaves those who join a load in their own trace, and links them to it', async () => {
    trace()
    const tracer = api.trace.getTracer('app')
    let release!: (value: number) => void
    const value = new Promise<number>((resolve) => (release = resolve))
    const ask = async (name: string): Promise<unknown> =>
      await tracer.startActiveSpan(name, async (span) => {
        const got = await far.getOrSet('a', () => value)
        span.end()
        return got
      })

    const asked = [ask('first'), ask('second')]
    setImmediate(() => release(1))
    await Promise.all(asked)

    const calls = named('cache getOrSet far')
    const requests = ['first', 'second'].map((name) => named(name)[0]?.spanContext().traceId)
    expect(new Set(calls.map((span) => span.spanContext().traceId))).toEqual(new Set(requests))
    const [load] = named('cache load far')
    const joined = calls.filter((span) => span.attributes['cache.joined'] === true)
    expect(named('cache load far')).toHaveLength(1)
    expect(joined).toHaveLength(1)
    expect(joined[0]?.links[0]?.context.spanId).toBe(load?.spanContext().spanId)
    expect(joined[0]?.spanContext().traceId).not.toBe(load?.spanContext().traceId)
  })

  it('records what failed', async () => {
    trace()
    const failure = new Error('no database')

    const outcome = cache.getOrSet('a', () => {
      throw failure
    })

    await expect(outcome).rejects.toBe(failure)
    for (const name of ['cache load default', 'cache getOrSet default']) {
      const [span] = named(name)
      expect(span?.status).toEqual({ code: api.SpanStatusCode.ERROR, message: 'no database' })
      expect(span?.events[0]?.attributes?.['exception.message']).toBe('no database')
    }
  })

  it('makes a span of what is slow although it is near', async () => {
    trace({ slow: '0s' })

    await cache.get('a')

    expect(named('cache get default')).toHaveLength(1)
    expect(named('cache get default')[0]?.duration).not.toEqual([0, 0])
  })

  it.for([
    ['head', ['user:*', 'settings']],
    ['raw', ['user:ann', 'user:bob:photo', 'settings']],
    ['none', undefined],
    [(key: string) => key.slice(0, 4), ['user', 'sett']],
  ] as const)('shows keys by %s', async ([keys, shown]) => {
    trace({ keys })

    await far.getMany([['user', 'ann'], 'user:bob:photo', 'settings'])

    const [span] = named('cache getMany far')
    expect(span?.attributes['cache.key']).toEqual(shown)
    expect(span?.attributes['cache.key_count']).toBe(3)
  })

  it('shows hashes of keys that say nothing and are the same each time', async () => {
    trace({ keys: 'hash' })

    await far.get('secret')
    await far.get('secret')

    const [first, second] = named('cache get far').map((span) => span.attributes['cache.key'])
    expect(first).toEqual([expect.stringMatching(/^[0-9a-f]{16}$/)])
    expect(second).toEqual(first)
  })

  it('tells no key in a message of our own', async () => {
    trace()

    const outcome = far.incr('account:ann')

    await expect(outcome).rejects.toThrow('account:ann')
    const [span] = named('cache incr far')
    expect(span?.status.message).toBe('E_KEY_MISSING')
    expect(JSON.stringify([span?.events, span?.attributes])).not.toContain('ann')
  })

  it('harms no call by a tracer that fails, or by a function of keys that does', async () => {
    const tracer = {
      startSpan: () => {
        throw new Error('broken')
      },
    }
    const { context, metrics } = api
    const failing = { getTracer: () => tracer, setSpan: () => ({}) }
    undo.push(traceCaches({ context, metrics, trace: failing }, { slow: '0s' }))
    trace({
      keys: () => {
        throw new Error('broken, too')
      },
    })

    expect(await cache.getOrSet('a', () => 1)).toBe(1)
    expect(await far.getOrSet('a', () => 2)).toBe(2)
    expect(await far.set('b', 2)).toBe(true)
  })

  it('ends when it is told to, and refuses wrong options', async () => {
    traceCaches(api)()

    await far.get('a')

    expect(exporter.getFinishedSpans()).toEqual([])
    expect(() => traceCaches(api, { keys: 'plain' as never })).toThrow(/keys/)
    expect(() => traceCaches(api, { slo: '1s' } as never)).toThrow(/slow/)
    expect(() => traceCaches(undefined as never)).toThrow(/npm install/)
  })
})

describe('the table of instruments', () => {
  it('has every instrument, with its kind and unit', () => {
    const page = readFileSync(
      join(import.meta.dirname, '../../../docs/metrics/opentelemetry.md'),
      'utf8',
    )
    const told = [...page.matchAll(/^\| `(cache\.[\w.]+)` \| (\w+) \| `([^`]+)` \|/gm)].map(
      ([, name, kind, unit]) => [name, kind, unit],
    )

    expect(told).toEqual(INSTRUMENTS.map(({ kind, name, unit }) => [name, kind, unit]))
  })
})
