// How the codecs stand against JSON, as ratios of speed within one run (more is faster than JSON; absolute times say
// more about the machine). JSON here is the whole way to bytes and back, as a store needs it.
//
//   node .build/bench/codec.js          a table
//   node .build/bench/codec.js --json   one JSON document
import type { Codec } from '../src/base/codec.ts'
import { compressed } from '../src/codec/compressed.ts'
import { encrypted } from '../src/codec/encrypted.ts'
import { json } from '../src/codec/json.ts'
import { msgpack } from '../src/codec/msgpack.ts'
import { v8 } from '../src/codec/v8.ts'

const ROUNDS = 9
const ROUND_MS = 10

interface Row {
  readonly id: number
  readonly [name: string]: unknown
}

function product(id: number): Row {
  return {
    id,
    name: `Product ${id}`,
    slug: `product-${id}`,
    price: 19.99 + id,
    currency: 'EUR',
    stock: id % 50,
    active: id % 2 === 0,
    category: { id: id % 10, name: `Category ${id % 10}` },
    description: `What product ${id} is made of, whom it suits and how it is cared for, in one and a half lines of text.`,
    rating: 4.5,
    reviews: id * 3,
    tags: ['new', 'sale', 'summer'],
    image: `https://cdn.example.com/images/${id}.jpg`,
  }
}

const many = Array.from({ length: 1000 }, (_, index) => product(index))
const rows = many.slice(0, 100)
const rich = rows.map((row) => ({
  ...row,
  createdAt: new Date(1_700_000_000_000 + row.id * 86_400_000),
}))
const stats = {
  hits: 123_456,
  misses: 789,
  ratio: 0.9936,
  since: '2026-11-01T00:00:00Z',
  families: Array.from({ length: 6 }, (_, index) => ({
    name: `family-${index}`,
    hits: index * 1000,
    misses: index,
  })),
}
const CASES: Readonly<Record<string, unknown>> = {
  'one row': rows[0],
  '10 rows': rows.slice(0, 10),
  '100 rows': rows,
  '1000 rows': many,
  '100 rows, a Date each': rich,
  'html, 20 KiB': '<li class="item"><a href="/p/1">Caf\u00e9 "one"</a></li>\n'.repeat(380),
  'stats object': stats,
  'page with a Buffer': {
    status: 200,
    headers: ['content-type', 'text/html'],
    body: Buffer.alloc(20_000, 'x'),
  },
}

/**
 * Microseconds of processor time of each contender: the medians of rounds that take turns, so that a busy moment of the
 * machine strikes all of them.
 */
function compare(contenders: readonly (() => unknown)[]): readonly number[] {
  const times = contenders.map((): number[] => [])
  for (let round = -2; round < ROUNDS; round++) {
    for (const [index, contender] of contenders.entries()) {
      const end = process.hrtime.bigint() + BigInt(ROUND_MS * 1e6)
      const before = process.cpuUsage()
      let count = 0
      while (process.hrtime.bigint() < end) {
        for (let repeat = 0; repeat < 20; repeat++) contender()
        count += 20
      }
      const { user, system } = process.cpuUsage(before)
      if (round >= 0) times[index]?.push((user + system) / count)
    }
  }
  return times.map((each) => each.toSorted((a, b) => a - b)[ROUNDS >> 1] as number)
}

const CODECS: readonly Codec[] = [
  json(),
  msgpack(),
  v8(),
  ...(['deflate', 'brotli', 'lz4'] as const).map((algorithm) => compressed(json(), { algorithm })),
  encrypted(json(), { keys: [Buffer.alloc(32)] }),
]

interface Result {
  readonly encode: number
  readonly decode: number
  readonly size: number
}

const round = (ratio: number): number => Number(ratio.toPrecision(2))

function measure(value: unknown): Record<string, Result> {
  const bytes = Buffer.from(JSON.stringify(value))
  const payloads = CODECS.map((codec) => codec.encode(value, ''))
  const [jsonEncode, ...encode] = compare([
    () => Buffer.from(JSON.stringify(value)),
    ...CODECS.map((codec) => () => codec.encode(value, '')),
  ]) as [number, ...number[]]
  const [jsonDecode, ...decode] = compare([
    () => JSON.parse(bytes.toString()) as unknown,
    ...CODECS.map((codec, index) => () => codec.decode(payloads[index] as Buffer, '')),
  ]) as [number, ...number[]]
  return Object.fromEntries(
    CODECS.map(({ name }, index) => [
      name,
      {
        encode: round(jsonEncode / (encode[index] as number)),
        decode: round(jsonDecode / (decode[index] as number)),
        size: round((payloads[index] as Buffer).byteLength / bytes.byteLength),
      },
    ]),
  )
}

/** What a memory store does instead: a copy, against JSON.parse. */
function measureCopies(value: unknown): { readonly copy: number; readonly frozen: number } {
  const codec = json()
  const bytes = Buffer.from(JSON.stringify(value))
  const [jsonDecode, copy, frozen] = compare([
    () => JSON.parse(bytes.toString()) as unknown,
    () => codec.copy(value, false),
    () => codec.copy(value, true),
  ]) as [number, number, number]
  return { copy: round(jsonDecode / copy), frozen: round(jsonDecode / frozen) }
}

const asJson = process.argv.includes('--json')
const results: Record<string, Record<string, unknown>> = {}
if (!asJson) console.log(`Node ${process.version}: times the speed of JSON, and times its bytes`)
for (const [name, value] of Object.entries(CASES)) {
  const measured = measure(value)
  results[name] = { codecs: measured, copies: measureCopies(value) }
  if (asJson) continue
  console.log(`\n${name}`)
  console.table(measured)
}
if (asJson) {
  const head = { bench: 'codec', node: process.version, unit: 'times the speed of JSON' }
  console.log(JSON.stringify({ ...head, results }, null, 2))
} else {
  console.log('\ncopies for a memory store, times the speed of JSON.parse')
  console.table(
    Object.fromEntries(Object.entries(results).map(([name, { copies }]) => [name, copies])),
  )
}
