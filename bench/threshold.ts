// From which size on compressing pays: what it saves, and what it costs in processor time, for payloads that grow. The
// default of the option 'threshold' is read off this table.
//
//   node .build/bench/threshold.js          a table
//   node .build/bench/threshold.js --json   one JSON document
import { type CompressOptions, compressed } from '../src/codec/compressed.ts'
import { json } from '../src/codec/json.ts'

const SIZES = [256, 512, 1024, 2048, 4096, 16_384]
const ALGORITHMS = ['deflate', 'brotli', 'lz4'] as const
const ROUNDS = 9
const ROUND_MS = 10

/** Rows of a shop as JSON text has them, cut to so many bytes: one string, so that only the compression is measured. */
function text(bytes: number): string {
  const row = (id: number): object => ({
    id,
    name: `Product ${id}`,
    slug: `product-${id}`,
    price: 19.99 + id,
    stock: id % 50,
    tags: ['new', 'sale'],
    image: `https://cdn.example.com/images/${id * 7919}.jpg`,
  })
  return JSON.stringify(Array.from({ length: 200 }, (_, id) => row(id))).slice(0, bytes)
}

/** Microseconds of processor time: the median of rounds. */
function costOf(act: () => unknown): number {
  const times: number[] = []
  for (let round = -2; round < ROUNDS; round++) {
    const end = process.hrtime.bigint() + BigInt(ROUND_MS * 1e6)
    const before = process.cpuUsage()
    let count = 0
    while (process.hrtime.bigint() < end) {
      for (let repeat = 0; repeat < 20; repeat++) act()
      count += 20
    }
    const { user, system } = process.cpuUsage(before)
    if (round >= 0) times.push((user + system) / count)
  }
  return times.toSorted((a, b) => a - b)[ROUNDS >> 1] as number
}

function measure(size: number, algorithm: CompressOptions['algorithm']): object {
  const value = text(size)
  const plain = json()
  const codec = compressed(plain, { ...(algorithm && { algorithm }), threshold: 1 })
  const [without, within] = [plain.encode(value, ''), codec.encode(value, '')]
  const encode = costOf(() => codec.encode(value, '')) - costOf(() => plain.encode(value, ''))
  const decode = costOf(() => codec.decode(within, '')) - costOf(() => plain.decode(without, ''))
  const saved = without.byteLength - within.byteLength
  return {
    saved,
    'encode µs': Number(encode.toFixed(1)),
    'decode µs': Number(decode.toFixed(1)),
    'bytes saved per µs': Number((saved / (encode + decode)).toPrecision(2)),
  }
}

const results = Object.fromEntries(
  ALGORITHMS.map((algorithm) => [
    algorithm,
    Object.fromEntries(SIZES.map((size) => [size, measure(size, algorithm)])),
  ]),
)
if (process.argv.includes('--json')) {
  console.log(JSON.stringify({ bench: 'threshold', node: process.version, results }, null, 2))
} else {
  console.log(`Node ${process.version}: bytes saved, and microseconds that it takes on top`)
  for (const [algorithm, measured] of Object.entries(results)) {
    console.log(`\n${algorithm}`)
    console.table(measured)
  }
}
