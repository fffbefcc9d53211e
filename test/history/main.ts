// `npm run history -- --seconds 60`: real processes and real servers, disturbed, and every read judged afterwards.
// `--case text` runs the cases whose names contain it, `--mutant name` breaks the store, which must be noticed.
import { parseArgs } from 'node:util'
import { type Case, CASES, READERS } from './cases.ts'
import { Fleet } from './fleet.ts'
import { type Confirmed, judge, type StaleRead } from './judge.ts'
import { type Mutant, MUTANTS } from './mutants.ts'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    case: { type: 'string', default: '' },
    mutant: { type: 'string' },
  },
})
const seconds = Number(values.seconds)
const mutant = MUTANTS.find((name) => name === values.mutant)
const chosen = CASES.filter(({ name }) => name.includes(values.case))
if (!(seconds > 0) || chosen.length === 0 || mutant !== values.mutant) {
  process.stderr.write(
    `Expected --seconds above 0, --case part of one of these, --mutant ${MUTANTS.join(' or ')}.\n` +
      CASES.map(({ name }) => `  ${name}\n`).join(''),
  )
  process.exit(2)
}

const PROCESSES = 4
const WRITERS = 2
const KEYS = ['a', 'b', 'c']

interface Outcome {
  readonly fleet: Fleet
  readonly stale: readonly StaleRead[]
  readonly faults: number
  /** Milliseconds in which 99 of 100 reads were answered, and the longest. */
  readonly waits: { readonly p99: number; readonly longest: number }
}

async function play(one: Case, ms: number, broken: Mutant | undefined): Promise<Outcome> {
  const scene = await one.set()
  const fleet = new Fleet({
    url: scene.url,
    prefix: 'history',
    keys: KEYS,
    near: one.near === true ? { near: { maxStaleness: '300ms' } } : undefined,
    mutant: broken,
  })
  const over = new AbortController()
  try {
    await fleet.start(PROCESSES, READERS, WRITERS)
    const disturbing = scene.disturb?.(fleet, over.signal)
    const endsAt = performance.now() + ms
    // Of a broken store one stale read is enough.
    const isCaught = (): boolean =>
      broken !== undefined &&
      judge(fleet.reads, confirmedOf(fleet, one), scene.amnesties).length > 0
    while (performance.now() < endsAt && !isCaught()) {
      const left = endsAt - performance.now()
      await new Promise((settle) =>
        setTimeout(settle, broken === undefined ? left : Math.min(left, 1000)),
      )
    }
    over.abort()
    await disturbing
    await fleet.stop()
  } finally {
    over.abort()
    await fleet.stop()
    await scene.stop()
  }
  const stale = judge(fleet.reads, confirmedOf(fleet, one), scene.amnesties)
  const waited = fleet.reads.map(([, start, end]) => end - start).toSorted((a, b) => a - b)
  const waits = {
    p99: waited[Math.floor(waited.length * 0.99)] ?? NaN,
    longest: waited.at(-1) ?? NaN,
  }
  return { fleet, stale, faults: scene.faults, waits }
}

/** From when on each version is owed: where copies have a bound, that much later. */
function confirmedOf(fleet: Fleet, { boundMs = 0 }: Case): Confirmed[] {
  return fleet.confirmed.map(({ key, version, from, reach }) => {
    return { key, version, from: reach === 'everywhere' ? from : from + boundMs }
  })
}

const WIDTH = Math.max(...CASES.map(({ name }) => name.length))
const number = (value: number): string => Math.round(value).toLocaleString('en-US')

const COLUMNS = [
  ['faults', 8],
  ['reads', 10],
  ['loads', 8],
  ['invalidated', 13],
  ['unconfirmed', 13],
  ['errors', 8],
  ['wait p99', 11],
  ['longest', 11],
  ['stale reads', 13],
] as const
process.stdout.write(
  `${PROCESSES} processes x ${READERS} readers, ${WRITERS} writers, ${KEYS.length} hot keys` +
    `${mutant === undefined ? '' : `, broken: ${mutant}`}\n\n` +
    `${''.padEnd(WIDTH)}${COLUMNS.map(([title, width]) => title.padStart(width)).join('')}\n`,
)
const shares = chosen.reduce((sum, { share }) => sum + share, 0)
let total = 0
for (const one of chosen) {
  const ms = (seconds * 1000 * one.share) / shares
  const { fleet, stale, faults, waits } = await play(one, ms, mutant)
  total += stale.length
  const cells = [
    number(faults),
    number(fleet.reads.length),
    number(fleet.loads),
    number(fleet.confirmed.length),
    number(fleet.notApplied),
    number(fleet.errors),
    `${number(waits.p99)} ms`,
    `${number(waits.longest)} ms`,
    number(stale.length),
  ]
  const padded = cells.map((cell, index) => cell.padStart(COLUMNS[index]?.[1] ?? 0))
  process.stdout.write(`${one.name.padEnd(WIDTH)}${padded.join('')}\n`)
  for (const { key, given, owed, lateBy } of stale.slice(0, 3)) {
    process.stdout.write(
      `  ${key}: given version ${given} where ${owed} was owed, ${lateBy.toFixed(1)} ms after that was confirmed\n`,
    )
  }
}
process.stdout.write(
  total === 0
    ? '\n✓ No read was given what had been invalidated before it began.\n'
    : `\n✗ ${total} reads were given what had been invalidated before they began.\n`,
)
process.exitCode = total === 0 ? 0 : 1
