// How the codec stands against JSON, as ratios of speed within one run (more is faster than JSON; absolute times say
// more about the machine). JSON here is the whole way to bytes and back, as a store needs it.
//
//   node .build/bench/codec.js          a table
//   node .build/bench/codec.js --json   one JSON document
import { json } from '../src/codec/json.ts'

const ROUNDS = 15
const ROUND_MS = 20

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

const rows = Array.from({ length: 100 }, (_, index) => product(index))
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

interface Result {
  readonly encode: number
  readonly decode: number
  readonly size: number
  readonly copy: number
  readonly frozenCopy: number
}

function measure(value: unknown): Result {
  const codec = json()
  const payload = codec.encode(value, '')
  const bytes = Buffer.from(JSON.stringify(value))
  const [jsonEncode, encode, jsonDecode, decode, copy, frozenCopy] = compare([
    () => Buffer.from(JSON.stringify(value)),
    () => codec.encode(value, ''),
    () => JSON.parse(bytes.toString()) as unknown,
    () => codec.decode(payload, ''),
    () => codec.copy(value, false),
    () => codec.copy(value, true),
  ]) as [number, number, number, number, number, number]
  const round = (ratio: number): number => Number(ratio.toPrecision(3))
  return {
    encode: round(jsonEncode / encode),
    decode: round(jsonDecode / decode),
    size: round(payload.byteLength / bytes.byteLength),
    copy: round(jsonDecode / copy),
    frozenCopy: round(jsonDecode / frozenCopy),
  }
}

const results = Object.fromEntries(
  Object.entries(CASES).map(([name, value]) => [name, measure(value)]),
)
if (process.argv.includes('--json')) {
  console.log(
    JSON.stringify(
      { bench: 'codec', node: process.version, unit: 'times the speed of JSON', results },
      null,
      2,
    ),
  )
} else {
  console.log(`codec on Node ${process.version}: times the speed of JSON (copies: of JSON.parse)`)
  console.table(results)
}
