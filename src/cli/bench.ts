import { randomUUID } from 'node:crypto'
import { toBytes, type Bytes } from '../base/bytes.ts'
import { type Duration, toMs } from '../base/duration.ts'
import type { Cache } from '../cache/cache.ts'
import { settingsOf } from '../config/settings.ts'
import { type Call, type Command, EXIT, JSON_OPTION, UsageError } from './command.ts'
import { bytes, count, duration } from './numbers.ts'
import { WHERE, withCache } from './open-caches.ts'
import { type Column, tableOf } from './table.ts'
import { visibleJson } from './visible.ts'

const KEYS = 200
const AT_ONCE = 32
const BATCH = 100
const WARM_UP = 50
const DEFAULT_FOR = '2s'
const LONGEST_MS = 60_000

interface Measured {
  readonly what: string
  readonly operations: number
  readonly perSecond: number
  /** Milliseconds; `undefined` where single calls were not timed. */
  readonly p50: number | undefined
  readonly p90: number | undefined
  readonly p99: number | undefined
}

const COLUMNS: readonly Column[] = [
  { title: 'WHAT' },
  { title: 'PER SECOND', align: 'right' },
  { title: 'HALF WITHIN', align: 'right' },
  { title: '90 % WITHIN', align: 'right' },
  { title: '99 % WITHIN', align: 'right' },
]

/** `breakwater bench`: what one's own store takes, from this machine. */
export const benchCommand: Command = {
  name: 'bench',
  words: '',
  mostWords: 0,
  summary: 'measures round trips and throughput of your store, from this machine',
  description: `Writes ${KEYS} values under a namespace of its own, reads them, and removes them. One process, one connection
as configured: other machines, larger values and a busy server give other numbers.`,
  options: {
    ...WHERE,
    for: {
      value: '<duration>',
      summary: `how long each is measured; default '${DEFAULT_FOR}', at most '1m'`,
    },
    size: { value: '<bytes>', summary: "how large the values are; default '1kb'" },
    ...JSON_OPTION,
  },
  examples: [
    ['breakwater bench', 'the cache that is configured here'],
    ['breakwater bench --url redis://cache.internal --size 20kb', 'a server, with pages'],
  ],

  async run(call) {
    const forMs = toMs((call.values.get('for') ?? DEFAULT_FOR) as Duration, '--for')
    if (!(forMs > 0 && forMs <= LONGEST_MS)) throw new UsageError("'--for' takes up to '1m'.")
    const size = toBytes((call.values.get('size') ?? '1kb') as Bytes, '--size')
    return await withCache(call, async (cache) => {
      const measured = await measure(call, cache, { forMs, size })
      print(call, cache, size, measured)
      return EXIT.ok
    })
  },
}

async function measure(
  call: Call,
  cache: Cache,
  { forMs, size }: { readonly forMs: number; readonly size: number },
): Promise<Measured[]> {
  const view = cache.namespace(`bench-${randomUUID().slice(0, 8)}`)
  const keys = Array.from({ length: KEYS }, (_, at) => `key${at}`)
  const value = 'x'.repeat(size)
  const options = { ttl: '10m' } as const
  const failed = await view.setMany(
    keys.map((key) => [key, value] as const),
    options,
  )
  if (failed.length > 0) throw away(cache)
  const any = (): string => keys[Math.floor(Math.random() * KEYS)] as string
  const strictly = async (): Promise<void> => {
    if ((await view.get(any(), undefined, { strict: true })) === undefined) throw away(cache)
  }
  const works: (readonly [string, number, number, () => Promise<unknown>])[] = [
    ['get, one after another', 1, 1, strictly],
    ['set, one after another', 1, 1, () => view.set(any(), value, options)],
    [`get, ${AT_ONCE} at once`, AT_ONCE, 1, strictly],
    [`set, ${AT_ONCE} at once`, AT_ONCE, 1, () => view.set(any(), value, options)],
    [
      `getMany of ${BATCH}, one after another`,
      1,
      BATCH,
      () => view.getMany(keys.slice(0, BATCH), { strict: true }),
    ],
  ]
  if (settingsOf(cache)?.near !== undefined)
    works.push(['get, from near copies', 1, 1, () => view.get(any())])
  try {
    const measured: Measured[] = []
    for (const [what, atOnce, each, work] of works) {
      call.terminal.progress(`Measuring: ${what}`)
      measured.push(await timed(call, { what, atOnce, each, forMs }, work))
    }
    return measured
  } finally {
    await view.deleteMany(keys)
  }
}

async function timed(
  { signal }: Call,
  about: {
    readonly what: string
    readonly atOnce: number
    readonly each: number
    readonly forMs: number
  },
  work: () => Promise<unknown>,
): Promise<Measured> {
  const { atOnce, each, forMs, what } = about
  for (let count = 0; count < WARM_UP; count++) await work()
  const times: number[] = []
  const began = performance.now()
  const worker = async (): Promise<void> => {
    for (let now = performance.now(); now - began < forMs;) {
      signal.throwIfAborted()
      await work()
      const done = performance.now()
      times.push(done - now)
      now = done
    }
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  const elapsedMs = performance.now() - began
  const sorted = times.toSorted((a, b) => a - b)
  const quantile = (q: number): number | undefined => sorted[Math.ceil(q * sorted.length) - 1]
  const operations = times.length * each
  return {
    what,
    operations,
    perSecond: (operations * 1000) / elapsedMs,
    p50: quantile(0.5),
    p90: quantile(0.9),
    p99: quantile(0.99),
  }
}

function away({ alias }: Cache): Error {
  const message = `The store of '${alias}' does not keep what is put into it: it is away, or too small.`
  return Object.assign(new Error(message), { code: 'E_STORE_DOWN' })
}

function print(call: Call, cache: Cache, size: number, measured: readonly Measured[]): void {
  const { flags, terminal } = call
  const { store } = cache.measures()
  if (flags.has('json')) {
    terminal.writeLine(
      visibleJson({
        alias: cache.alias,
        store,
        valueBytes: size,
        node: process.versions.node,
        measured,
      }),
    )
    return
  }
  const { paint } = terminal
  terminal.writeLine(
    `${paint.bold(cache.alias)}  ${store}  ${paint.dim(`values of ${bytes(size)}, one process, Node ${process.versions.node}`)}`,
  )
  terminal.writeLine()
  const rows = measured.map(({ p50, p90, p99, perSecond, what }) => {
    return [what, count(perSecond), duration(p50), duration(p90), duration(p99)]
  })
  const options = { columns: terminal.columns, title: paint.dim }
  for (const line of tableOf(COLUMNS, rows, options)) terminal.writeLine(line)
}
