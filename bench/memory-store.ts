// What the memory store's own work costs: its arena, and `readNow` as near tiers and glances call it, against lru-cache with
// a ttl and a plain Map without any bound. Rounds take turns, by processor time; medians, and each round's ratio to lru-cache.
//
//   npm run bench memory-store
//   npm run bench memory-store -- bytes NAME    the bytes of one entry alone, in this process (with --expose-gc)
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { contenders } from './memory-store/contenders.ts'
import { type BytesPerEntry, bytesPerEntry } from './memory-store/memory.ts'
import { type Work, WORKS, worksOf } from './memory-store/works.ts'

const ROUNDS = Number(process.env['ROUNDS'] ?? 9)
const AGAINST = 'lru-cache ttl'
const GOALS: Readonly<Record<string, { readonly gate: number; readonly aim: number }>> = {
  hit: { gate: 1.5, aim: 1.8 },
  zipf: { gate: 1.2, aim: 1.5 },
}
const BYTES_GOAL = { gate: 1, aim: 0.96 }

const [what, name = ''] = process.argv.slice(2)
if (what === 'bytes') process.stdout.write(JSON.stringify(bytesPerEntry(name)))
else compare()

function compare(): void {
  const all = contenders.map((contender) => ({ name: contender.name, works: worksOf(contender) }))
  process.stdout.write(`Node ${process.versions.node}, medians of ${ROUNDS} rounds in turn\n\n`)
  const head = ['ns of processor time', ...WORKS, 'bytes per entry', 'after many evictions']
  line(head)
  line(head.map(() => '---'))
  const times = new Map<string, Map<Work, number[]>>()
  for (let round = -2; round < ROUNDS; round++) {
    const order = round % 2 === 0 ? all : all.toReversed()
    for (const { name, works } of order) {
      for (const work of WORKS) {
        const took = works[work]()
        if (round < 0) continue
        const of = times.get(name) ?? new Map<Work, number[]>()
        times.set(name, of)
        of.set(work, [...(of.get(work) ?? []), took])
      }
    }
  }
  const bytes = new Map(all.map(({ name }) => [name, measuredAlone(name)]))
  for (const { name } of all) {
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
  process.stdout.write(
    `${mark} ${text}: ${value.toFixed(2)} (${judged === '' ? '' : 'median'}${spread}${judged})\n`,
  )
  return isKept
}

function measuredAlone(name: string): BytesPerEntry {
  const program = fileURLToPath(import.meta.url)
  const text = execFileSync(process.execPath, ['--expose-gc', program, 'bytes', name])
  return JSON.parse(text.toString()) as BytesPerEntry
}

function line(cells: readonly string[]): void {
  process.stdout.write(`| ${cells.join(' | ')} |\n`)
}

function median(list: readonly number[]): number {
  return list.toSorted((a, b) => a - b)[list.length >> 1] ?? NaN
}
