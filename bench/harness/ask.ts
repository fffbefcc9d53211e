import { styleText } from 'node:util'
import { spawnSync } from 'node:child_process'
import { startRedis } from '../../test/servers/redis.ts'
import { machine, versionsOf } from './machine.ts'
import { contenderOf } from './opening.ts'
import type { Question } from './question.ts'
import type { NodeRun, Report } from './report.ts'
import { resultsOf } from './rounds.ts'
import { slopeOf } from './statistics.ts'
import { slopesOf, terminalTable } from './terminal.ts'
import { writePages } from './written.ts'
import { QUESTIONS } from './questions.ts'

export interface Asked {
  readonly questions: readonly Question[]
  /** Binaries, the one that counts first. */
  readonly nodes: readonly string[]
  readonly isQuick: boolean
  /** Whether docs/benchmarks is written. */
  readonly isWriting: boolean
}

const QUICK_ROUNDS = 2

/** Asks some questions on some Nodes, one after the other, and shows each as soon as it is answered. */
export async function ask({ isQuick, isWriting, nodes, questions }: Asked): Promise<void> {
  const reports: Report[] = []
  for (const question of questions) {
    const rounds = isQuick ? QUICK_ROUNDS : question.rounds
    const runs: NodeRun[] = []
    for (const node of question.isOnOneNode === true ? nodes.slice(0, 1) : nodes) {
      const run = await runOn(node, question, rounds, isQuick)
      runs.push(run)
      process.stdout.write(`\n${terminalTable(question, run)}${slopesOf(question, run, slopeOf)}`)
    }
    reports.push({
      question: question.name,
      date: new Date().toISOString().slice(0, 10),
      machine: machine(),
      versions: versionsOf(await packagesOf(question)),
      rounds,
      runs,
    })
    // After each, so that what was measured for minutes is not lost with what fails later.
    if (isWriting) writePages(QUESTIONS, reports)
  }
}

async function runOn(
  node: string,
  question: Question,
  rounds: number,
  isQuick: boolean,
): Promise<NodeRun> {
  const version = spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim().slice(1)
  const server = question.needsRedis ? await startRedis() : undefined
  try {
    const place = { redisUrl: server?.url ?? '', isQuick }
    const progress = (text: string): void => show(`${question.name}, Node ${version}, ${text}`)
    const results = await resultsOf(question, { node, place, rounds, progress })
    show('')
    return { node: version, results: Object.fromEntries(results) }
  } finally {
    await server?.stop()
  }
}

async function packagesOf(question: Question): Promise<readonly string[]> {
  if (question.packages !== undefined) return question.packages
  const contenders = await Promise.all(question.entrants.map(contenderOf))
  return contenders.flatMap(({ packages }) => packages)
}

/** In the last line of a terminal; elsewhere it would be read as output. */
function show(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${styleText('dim', text)}`)
}
