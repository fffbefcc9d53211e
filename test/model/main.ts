// `npm run model` explores every row and prints the table; it exits with 1 when a promise is broken or a mutant survives.
// `npm run model -- --trace <row>` prints the shortest way to the fault of one row.
import { fork } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { performance } from 'node:perf_hooks'
import { explore, type Findings } from './checker.ts'
import { modelOf, ROWS, SECTIONS } from './configurations.ts'
import { narrate, seconds, table } from './table.ts'
import { judge } from './verdict.ts'

const [command, wanted] = process.argv.slice(2)
if (command === undefined) process.exitCode = await exploreAll()
else if (command === '--trace' && wanted !== undefined) process.exitCode = traceOf(wanted)
else process.exitCode = usage()

async function exploreAll(): Promise<number> {
  const began = performance.now()
  const results = new Map<string, Findings>()
  const queue = ROWS.map(({ id }) => id)
  const workers = Math.max(1, Math.min(2, availableParallelism()))
  await Promise.all(Array.from({ length: workers }, async () => await work(queue, results)))

  const good = ROWS.filter((row) => judge(row, results.get(row.id) as Findings).good)
  const states = [...results.values()].reduce((sum, findings) => sum + findings.states, 0)
  const time = seconds(performance.now() - began)
  const total = `${states.toLocaleString('en-US')} states in ${time}, ${workers} processes`
  const result =
    good.length === ROWS.length
      ? `all ${ROWS.length} rows are as they must be`
      : `${ROWS.length - good.length} of ${ROWS.length} rows are not as they must be`
  process.stdout.write(`${table(SECTIONS, results)}\n\n${total}: ${result}\n`)
  return good.length === ROWS.length ? 0 : 1
}

/** Takes rows from the queue until it is empty. */
async function work(queue: string[], results: Map<string, Findings>): Promise<void> {
  // Most states live for one level of the search. In a small young generation each is copied twice before it goes.
  const worker = fork(new URL('./worker.js', import.meta.url), {
    execArgv: ['--max-semi-space-size=64'],
  })
  try {
    await new Promise<void>((resolve, reject) => {
      const next = (): void => {
        const id = queue.shift()
        if (id === undefined) resolve()
        else worker.send(id)
      }
      worker.on('message', ({ id, findings }: { id: string; findings: Findings }) => {
        results.set(id, findings)
        if (process.stderr.isTTY) process.stderr.write(`\r${results.size} of ${ROWS.length} rows`)
        next()
      })
      worker.once('error', reject)
      worker.once('exit', (code) => reject(new Error(`A worker ended early, with code ${code}.`)))
      next()
    })
  } finally {
    worker.kill()
  }
}

function traceOf(id: string): number {
  const row = ROWS.find((candidate) => candidate.id === id)
  if (row === undefined) return usage()
  const findings = explore(modelOf(row))
  const { good, text } = judge(row, findings)
  const story = findings.fault === undefined ? '' : `\n${narrate(findings.trace, findings.fault)}\n`
  process.stdout.write(`${row.name}\n${text}, ${findings.states} states\n${story}`)
  return good ? 0 : 1
}

function usage(): number {
  const ids = ROWS.map(({ id }) => `  ${id}`).join('\n')
  process.stderr.write(`npm run model [-- --trace <row>], where <row> is one of\n${ids}\n`)
  return 1
}
