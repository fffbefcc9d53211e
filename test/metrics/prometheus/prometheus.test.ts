import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Registry } from 'prom-client'
import { describe, expect, it } from 'vitest'
import type { Measured, Measures } from '../../../src/base/measures.ts'
import { cacheMetrics } from '../../../src/metrics/prometheus/cache-metrics.ts'
import {
  prometheusHandler,
  prometheusText,
  registerCaches,
} from '../../../src/metrics/prometheus/index.ts'
import { madeUpMeasures, measured } from '../made-up.ts'
import { parsed, valueOf } from './parsed.ts'

const cache = measured(madeUpMeasures())
const STRANGE = 'a "quoted"\\name\nwith\ta line, {braces} and ü\ud800'

describe('prometheusText', () => {
  it.for(['text', 'openmetrics'] as const)(
    'is read by Prometheus in the format %s',
    async (format) => {
      const metrics = await parsed(prometheusText(cache, { format, families: 3 }), format)

      expect(metrics.length).toBeGreaterThan(20)
      const total = valueOf(metrics, 'cache_requests_total', { cache: 'default', result: 'hit' })
      expect(total).toBe(90)
      expect(valueOf(metrics, 'cache_operations_total', { op: 'get' })).toBe(100)
      expect(valueOf(metrics, 'cache_fill_saved_seconds_total')).toBe(98.765)
      expect(valueOf(metrics, 'cache_size_bytes', { tier: 'near' })).toBe(1500)
      expect(valueOf(metrics, 'cache_circuit_state', { state: 'up' })).toBe(1)
      expect(valueOf(metrics, 'cache_circuit_state', { state: 'down' })).toBe(0)
    },
  )

  it('tells histograms cumulatively and in seconds, up to +Inf', async () => {
    const metrics = await parsed(prometheusText(cache, { format: 'openmetrics' }), 'openmetrics')

    const name = 'cache_operation_duration_seconds'
    const buckets = ['0.001', '0.01', '+Inf'].map((le) =>
      valueOf(metrics, `${name}_bucket`, { op: 'get', le }),
    )
    expect(buckets).toEqual([5, 8, 10])
    expect(valueOf(metrics, `${name}_count`, { op: 'get' })).toBe(10)
    expect(valueOf(metrics, `${name}_sum`, { op: 'get' })).toBe(0.084)
    expect(valueOf(metrics, 'cache_fill_duration_seconds_bucket', { le: '0.1' })).toBe(9)
  })

  it.for(['text', 'openmetrics'] as const)(
    'carries any text in labels through the format %s, and no line of it is another series',
    async (format) => {
      const refusals = { [STRANGE]: 3 }
      const strange = measured(madeUpMeasures({ alias: STRANGE, refusals }))

      const metrics = await parsed(
        prometheusText(strange, { format, labels: { a: STRANGE } }),
        format,
      )

      const cache = STRANGE.toWellFormed()
      const found = valueOf(metrics, 'cache_refusals_total', { cache, reason: cache, a: cache })
      expect(found).toBe(3)
    },
  )

  it('tells families only when asked, the most used ones, and adds no others up', async () => {
    const without = prometheusText(cache)
    const metrics = await parsed(prometheusText(cache, { families: 2 }), 'text')

    expect(without).not.toContain('family')
    const family = metrics.find(({ name }) => name === 'cache_family_requests')
    const names = new Set(family?.samples.map(([, labels]) => labels['family']))
    expect([...names]).toEqual(['product:*', 'search:*'])
  })

  it('leaves out what an alias does not have, and tells 33 reasons of refusals at most', async () => {
    const refusals = Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`reason ${n}`, n]))
    const bare = measured(madeUpMeasures({ near: undefined, refusals }))

    const metrics = await parsed(prometheusText(bare, { format: 'openmetrics' }), 'openmetrics')

    expect(metrics.map(({ name }) => name)).not.toContain('cache_near_requests')
    expect(metrics.find(({ name }) => name === 'cache_refusals')?.samples).toHaveLength(33)
  })

  it('tells several aliases in one metric each, and views of one alias once', async () => {
    const sessions = measured(madeUpMeasures({ alias: 'sessions' }))

    const metrics = await parsed(prometheusText([cache, sessions, cache]), 'text')

    expect(metrics.filter(({ name }) => name === 'cache_fills')).toHaveLength(1)
    expect(metrics.find(({ name }) => name === 'cache_fills')?.samples).toHaveLength(2)
  })

  it('asks those that are in use at that time, and survives one that cannot be measured', () => {
    const broken: Measured = {
      alias: 'broken',
      measures(): Measures {
        throw new Error('no numbers')
      },
    }
    const inUse: Measured[] = []
    const caches = { opened: () => inUse }
    const metrics = prometheusHandler(caches)
    const before = metrics.scrape().text

    inUse.push(broken, cache)

    expect(before).toBe('')
    expect(metrics.scrape().text).toContain('cache_fills_total{cache="default"} 12')
  })

  it.for([
    ['families', { families: -1 }],
    ['families', { families: 1000 }],
    ['prefix', { prefix: 'my-cache' }],
    ['labels', { labels: { result: 'x' } }],
    ['labels', { labels: { 'a-b': 'x' } }],
    ['labels.a', { labels: { a: 1 } }],
    ['format', { format: 'json' }],
    ['prefx', { prefx: 'a' }],
  ] as const)('refuses a wrong %s', ([option, options]) => {
    expect(() => prometheusText(cache, options as never)).toThrow(option)
  })

  it('refuses what holds no caches', () => {
    expect(() => prometheusText({} as never)).toThrow(/createCaches/)
    expect(() => prometheusText([cache, 7] as never)).toThrow(/createCaches/)
  })
})

describe('prometheusHandler', () => {
  const metrics = prometheusHandler(cache)
  const ask = (accept?: string, method = 'GET'): Response =>
    metrics(
      new Request('http://site.test/metrics', {
        method,
        headers: accept === undefined ? {} : { accept },
      }),
    )

  it.for([
    [undefined, 'text/plain; version=0.0.4'],
    ['*/*', 'text/plain; version=0.0.4'],
    ['text/plain', 'text/plain; version=0.0.4'],
    ['application/openmetrics-text; version=1.0.0', 'application/openmetrics-text; version=1.0.0'],
    ['application/openmetrics-text;version=2.0.0,text/plain;q=0.1', 'text/plain; version=0.0.4'],
    ['application/openmetrics-text;q=0,*/*', 'text/plain; version=0.0.4'],
    ['application/openmetrics-text;q=0.3,text/plain;q=0.9', 'text/plain; version=0.0.4'],
    // As Prometheus 2.42 asks.
    [
      'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
      'application/openmetrics-text; version=1.0.0',
    ],
  ] as const)('answers Accept %s with %s', async ([accept, type]) => {
    const response = ask(accept)

    expect(response.headers.get('content-type')).toBe(`${type}; charset=utf-8`)
    const text = await response.text()
    expect(text.endsWith('# EOF\n')).toBe(type.startsWith('application'))
  })

  it('is kept by no cache', () => {
    const { headers } = ask()

    expect([headers.get('cache-control'), headers.get('vary')]).toEqual(['no-store', 'Accept'])
  })

  it('answers HEAD without a body, and nothing that writes', async () => {
    const head = ask(undefined, 'HEAD')
    const post = ask(undefined, 'POST')

    expect([head.status, await head.text()]).toEqual([200, ''])
    expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
  })
})

function openRegistry(): Registry {
  const registry = new Registry()
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE as never)
  return registry
}

describe('registerCaches', () => {
  it('lets a registry of prom-client tell the same numbers', async () => {
    const registry = new Registry()
    registerCaches(registry, cache, { families: 2 })

    const theirs = await parsed(await registry.metrics(), 'text')
    const ours = await parsed(prometheusText(cache, { families: 2 }), 'text')

    const samples = (metrics: typeof ours): string[] =>
      metrics.flatMap((metric) => metric.samples.map((sample) => JSON.stringify(sample))).toSorted()
    expect(samples(theirs)).toEqual(samples(ours))
  })

  it('suits a registry that speaks OpenMetrics, also at its second scrape', async () => {
    const registry = openRegistry()
    registerCaches(registry, cache)

    await registry.metrics()
    const metrics = await parsed(await registry.metrics(), 'openmetrics')

    expect(valueOf(metrics, 'cache_requests_total', { result: 'miss' })).toBe(10)
  })

  it('measures each cache once for a scrape, and anew for the next', async () => {
    let asked = 0
    const counting: Measured = {
      alias: 'default',
      measures: () => madeUpMeasures({ evictions: ++asked }),
    }
    const registry = new Registry()
    registerCaches(registry, counting)

    const first = await registry.metrics()
    const second = await registry.metrics()

    expect(first).toContain('cache_evictions_total{cache="default"} 1\n')
    expect(second).toContain('cache_evictions_total{cache="default"} 2\n')
    expect(asked).toBe(2)
  })

  it('takes everything out again, also when a name was taken', async () => {
    const registry = openRegistry()
    const remove = registerCaches(registry, cache)

    expect(() => registerCaches(registry, cache)).toThrow(/already been registered/)
    await registry.metrics()
    remove()

    expect(registry.getMetricsAsArray()).toEqual([])
  })

  it('refuses what is no registry', () => {
    expect(() => registerCaches({} as never, cache)).toThrow(/registry/)
  })
})

describe('the table of metrics', () => {
  it('has every metric, with its type', () => {
    const page = readFileSync(
      join(import.meta.dirname, '../../../docs/metrics/prometheus.md'),
      'utf8',
    )
    const told = [...page.matchAll(/^\| `(cache_\w+)` \| (\w+) \|/gm)].map(([, name, type]) => [
      name,
      type,
    ])

    const metrics = cacheMetrics([], { prefix: 'cache_', families: 1 })
    expect(told).toEqual(metrics.map(({ name, type }) => [name, type]))
  })
})
