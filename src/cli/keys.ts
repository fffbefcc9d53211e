import { type Call, type Command, EXIT, JSON_OPTION } from './command.ts'
import { type Found, Keyspace } from './keyspace.ts'
import { bytes, count, duration } from './numbers.ts'
import { WHICH, withCache } from './open-caches.ts'
import { wholeNumber } from './parse.ts'
import { type Cell, type Column, tableOf } from './table.ts'
import { shownType, sizeOf } from './value.ts'
import { visible, visibleJson } from './visible.ts'

const DEFAULT_LIMIT = 1000

const COLUMNS: readonly Column[] = [
  { title: 'KEY', gives: true },
  { title: 'TTL', align: 'right' },
  { title: 'SIZE', align: 'right' },
  { title: 'TYPE' },
  { title: 'TAGS', gives: true },
]

/** `breakwater keys`: what lives under which keys. */
export const keysCommand: Command = {
  name: 'keys',
  words: '[pattern]',
  mostWords: 1,
  summary: 'the keys that match a pattern, with their ttl, size and type',
  description: `* stands for any characters, ? for one, [abc] for one of these; default: all. Found in small steps
that hold nobody up, and printed as they are found, in no order.`,
  options: {
    ...WHICH,
    limit: {
      value: '<number>',
      short: 'l',
      summary: `at most so many; default ${DEFAULT_LIMIT}, 'none' for all`,
    },
    plain: {
      value: 'flag',
      short: '1',
      summary: 'the keys alone, one to a line; no values are read',
    },
    ...JSON_OPTION,
  },
  examples: [
    ["breakwater keys 'product:*'", 'all products that are cached'],
    ['breakwater keys --plain --limit none | wc -l', 'how many there are'],
    ["breakwater keys 'cart:*' --json | jq '.[] | select(.ttlMs < 60000)'", 'carts that end soon'],
  ],

  async run(call) {
    const limit = wholeNumber(call, 'limit', DEFAULT_LIMIT)
    return await withCache(call, async (cache) => {
      const space = new Keyspace(cache, call.values.get('version'))
      const pattern = call.words[0] ?? '*'
      const printer = printerOf(call, space)
      let shown = 0
      let more = false
      try {
        search: for await (const wires of space.search(pattern, call.signal)) {
          for (let at = 0; at < wires.length; at += STEP) {
            const found = await space.read(wires.slice(at, at + STEP), !call.flags.has('plain'))
            const taken = found.slice(0, limit - shown)
            more = taken.length < found.length
            shown += taken.length
            printer.print(taken)
            await call.terminal.drained()
            call.terminal.progress(`${count(shown)} found`)
            if (more) break search
          }
        }
      } finally {
        printer.end()
        say(call, shown, more)
      }
      return EXIT.ok
    })
  },
}

/** Keys whose values are read at a time. */
const STEP = 100

function say({ flags, terminal }: Call, shown: number, more: boolean): void {
  if (more)
    terminal.say(
      terminal.sidePaint.dim(`There are more: these are ${count(shown)}. --limit none shows all.`),
    )
  else if (!flags.has('plain') && !flags.has('json'))
    terminal.say(terminal.sidePaint.dim(shown === 1 ? '1 key' : `${count(shown)} keys`))
}

interface Printer {
  print(found: readonly Found[]): void
  end(): void
}

function printerOf(call: Call, space: Keyspace): Printer {
  const { flags, terminal } = call
  if (flags.has('json')) {
    let began = false
    return {
      print(found) {
        for (const each of found) {
          terminal.write(
            `${began ? ',' : '['}\n  ${visibleJson(asJson(each, space, !flags.has('plain')), 0)}`,
          )
          began = true
        }
      },
      end: () => terminal.write(began ? '\n]\n' : '[]\n'),
    }
  }
  if (flags.has('plain')) {
    return {
      print: (found) => terminal.write(found.map(({ key }) => `${visible(key)}\n`).join('')),
      end: () => {},
    }
  }
  return new TablePrinter(call, space)
}

/** Rows as they come: the first batch says how wide the columns are, unless there is one batch alone. */
class TablePrinter implements Printer {
  readonly #call: Call
  readonly #space: Keyspace
  #hasHead = false

  constructor(call: Call, space: Keyspace) {
    this.#call = call
    this.#space = space
  }

  print(found: readonly Found[]): void {
    if (found.length === 0) return
    const { terminal } = this.#call
    const options = { columns: terminal.columns, title: terminal.paint.bold }
    const rows = found.map((each) => this.#row(each))
    const lines = tableOf(COLUMNS, rows, options)
    terminal.write(`${lines.slice(this.#hasHead ? 1 : 0).join('\n')}\n`)
    this.#hasHead = true
  }

  #row(found: Found): (string | Cell)[] {
    const { paint } = this.#call.terminal
    const { entry, isStale, key, ttlMs, undecodable } = found
    const type = undecodable === undefined ? shownType(entry.value) : 'undecodable'
    return [
      visible(key),
      isStale ? { text: 'stale', paint: paint.yellow } : duration(ttlMs),
      bytes(sizeOf(this.#space.core, found)),
      undecodable === undefined
        ? { text: type, paint: paint.cyan }
        : { text: type, paint: paint.red },
      { text: visible(entry.tags.join(' ')), paint: paint.dim },
    ]
  }

  end(): void {}
}

function asJson(found: Found, space: Keyspace, withValues: boolean): unknown {
  const { entry, isStale, key, ttlMs, undecodable } = found
  const about = { key, ttlMs: ttlMs === Infinity ? null : ttlMs, stale: isStale, tags: entry.tags }
  if (!withValues) return about
  const type = undecodable === undefined ? shownType(entry.value) : 'undecodable'
  return { ...about, bytes: sizeOf(space.core, found) ?? null, type }
}
