// How many requests a memory store of some size answers, on what applications really asked for: our own store's code against
// LRU, other policies, and Belady's limit, which knows the future. No sizes and no times: the order of eviction alone.
//
//   npm run bench hit-ratio                       the application traces, in a table (less than two minutes)
//   npm run bench hit-ratio -- --all              the others as well
//   npm run bench hit-ratio -- --all --write      and docs/benchmarks/hit-ratio.md, with its picture
//   npm run bench hit-ratio -- --traces FOLDER    traces from elsewhere: bench/traces/README.md
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { type Cell, measure, SHARES } from './hit-ratio/measure.ts'
import { report } from './hit-ratio/report.ts'
import { plot } from './hit-ratio/plot.ts'
import { hitRatios, summaries, verdicts } from './hit-ratio/table.ts'
import { APPLICATIONS, OTHERS, readTrace } from './hit-ratio/trace.ts'

// Runs as .build/bench/hit-ratio.js.
const root = fileURLToPath(new URL('../..', import.meta.url))
const { values: options } = parseArgs({
  args: process.argv.slice(2),
  options: {
    all: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    traces: { type: 'string' },
  },
})

const folders = [
  join(root, 'bench/traces'),
  ...(options.traces === undefined ? [] : [options.traces]),
]
const cells: Cell[] = []
for (const name of [...APPLICATIONS, ...(options.all ? OTHERS : [])]) {
  const trace = readTrace(folders, name)
  if (trace === undefined) {
    process.stderr.write(`${name} is not there: bench/traces/README.md says where it comes from.\n`)
    continue
  }
  for (const share of SHARES) cells.push(measure(trace, share))
  process.stderr.write(`${name} done\n`)
}
const applications = cells.filter(({ trace }) => APPLICATIONS.includes(trace))
const judged = verdicts(applications, cells)

process.stdout.write(`${hitRatios(cells)}\nApplications:\n\n${summaries(applications)}\n`)
if (options.all) process.stdout.write(`All:\n\n${summaries(cells)}\n`)
for (const { text } of judged) process.stdout.write(`${text}\n`)
process.exitCode = judged.every(({ isKept }) => isKept) ? 0 : 1

if (options.write) {
  const folder = join(root, 'docs/benchmarks')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'hit-ratio.md'), report(applications, cells))
  writeFileSync(join(folder, 'hit-ratio.svg'), plot(cells))
}
