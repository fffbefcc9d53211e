// What the memory store's own work costs: its arena, and `readNow` as near tiers and glances call it, against lru-cache with
// a ttl and a plain Map without any bound. Each in
// processes of its own, in turn, by processor time; medians, and each round's ratio to lru-cache.
//
//   npm run bench memory-store
//   npm run bench memory-store -- works | bytes NAME    one of them alone, in this process (bytes: with --expose-gc)
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { type Contender, contenders } from './memory-store/contenders.ts'
import { type BytesPerEntry, bytesPerEntry } from './memory-store/memory.ts'
import { measureWorks, type Work, WORKS } from './memory-store/works.ts'

const ROUNDS = Number(process.env['ROUNDS'] ?? 9)
const AGAINST = 'lru-cache ttl'
const GOALS: Readonly<Record<string, { readonly gate: number; readonly aim: number }>> = {
  hit: { gate: 1.5, aim: 1.8 },
  zipf: { gate: 1.2, aim: 1.5 },
}
const BYTES_GOAL = { gate: 1, aim: 0.96 }

const [what, name = ''] = process.argv.slice(2)
if (what === 'works') process.stdout.write(JSON.stringify(measureWorks(contenderOf(name))))
else if (what === 'bytes') process.stdout.write(JSON.stringify(bytesPerEntry(contenderOf(name))))
else compare()

function compare(): void {
  const names = contenders.map((contender) => contender.name)
  process.stdout.write(`Node ${process.versions.node}, medians of ${ROUNDS} rounds in turn\n\n`)
  const head = ['ns of processor time', ...WORKS, 'bytes per entry', 'after many evictions']
  line(head)
  line(head.map(() => '---'))
  const times = new Map<string, Map<Work, number[]>>()
  for (let round = 0; round < ROUNDS; round++) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      const took = alone<Readonly<Record<Work, number>>>('works', name)
      const of = times.get(name) ?? new Map<Work, number[]>()
      times.set(name, of)
      for (const work of WORKS) of.set(work, [...(of.get(work) ?? []), took[work]])
    }
  }
  const bytes = new Map(names.map((name) => [name, alone<BytesPerEntry>('bytes', name)]))
  for (const name of names) {
    const medians = WORKS.map((work) => median(times.get(name)?.get(work) ?? []).toFixed(0))
    const { filled, churned } = bytes.get(name) as BytesPerEntry
    line([name, ...medians, filled.toFixed(0), churned?.toFixed(0) ?? ''])
  }
  process.stdout.write('\n')
  let isKept = true
  for (const height of ['arena', 'store.readNow']) {
    for (const work of WORKS) {
      const ratios = (times.get(AGAINST)?.get(work) ?? []).map(
        (theirs, round) => theirs / (times.get(height)?.get(work)?.[round] ?? NaN),
      )
      const goal = height === 'arena' ? GOALS[work] : undefined
      isKept = say(`${height}, ${work}: times as fast as ${AGAINST}`, ratios, goal, -1) && isKept
    }
  }
  const ours = bytes.get('arena')?.filled ?? NaN
  const theirs = bytes.get(AGAINST)?.filled ?? NaN
  isKept =
    say(`arena, bytes per entry against ${AGAINST}`, [ours / theirs], BYTES_GOAL, 1) && isKept
  process.exitCode = isKept ? 0 : 1
}

/** @param sign 1 where less is better */
function say(
  text: string,
  ratios: readonly number[],
  goal: { readonly gate: number; readonly aim: number } | undefined,
  sign: 1 | -1,
): boolean {
  const value = median(ratios)
  const isKept = goal === undefined || sign * value <= sign * goal.gate
  const [least, most] = [Math.min(...ratios), Math.max(...ratios)]
  const spread = ratios.length > 1 ? `, ${least.toFixed(2)} to ${most.toFixed(2)}` : ''
  const judged = goal === undefined ? '' : `; gate ${goal.gate}, aim ${goal.aim}`
  const mark = goal === undefined ? ' ' : isKept ? '✓' : '✗'
  process.stdout.write(`${mark} ${text}: ${value.toFixed(2)} (median${spread}${judged})\n`)
  return isKept
}

function alone<T>(what: 'works' | 'bytes', name: string): T {
  const program = fileURLToPath(import.meta.url)
  return JSON.parse(
    execFileSync(process.execPath, ['--expose-gc', program, what, name]).toString(),
  ) as T
}

function contenderOf(name: string): Contender {
  const contender = contenders.find((each) => each.name === name)
  if (contender === undefined) throw new Error(`No contender is called '${name}'.`)
  return contender
}

function line(cells: readonly string[]): void {
  process.stdout.write(`| ${cells.join(' | ')} |\n`)
}

function median(list: readonly number[]): number {
  return list.toSorted((a, b) => a - b)[list.length >> 1] ?? NaN
}
