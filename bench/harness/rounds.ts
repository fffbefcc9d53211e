import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Entrant, Place, Question, Readings } from './question.ts'
import { type Spread, spreadOf } from './statistics.ts'

/** Of one entrant: each measure, or why there is none. */
export type Results = Readonly<Record<string, Spread | string>>

const WORKER = fileURLToPath(new URL('worker.js', import.meta.url))
/** Not counted: what is measured has been compiled by then. */
const WARM_UPS = 1

export interface Run {
  /** The binary. */
  readonly node: string
  readonly place: Place
  readonly rounds: number
  /** Told of what goes on, for a line that is written over. */
  readonly progress: (text: string) => void
}

/** All entrants, each in its own process, in turns, and back again every second time. */
export async function resultsOf(
  question: Question,
  run: Run,
): Promise<ReadonlyMap<string, Results>> {
  const running: { readonly entrant: Entrant; readonly worker: Worker }[] = []
  const heard = new Map<string, Readings[]>()
  try {
    for (const entrant of question.entrants) {
      run.progress(`${entrant.label} starts`)
      running.push({ entrant, worker: await Worker.start(question, entrant, run) })
    }
    for (let round = -WARM_UPS; round < run.rounds; round++) {
      const order = round % 2 === 0 ? running : running.toReversed()
      for (const { entrant, worker } of order) {
        run.progress(`round ${Math.max(round + 1, 0)} of ${run.rounds}: ${entrant.label}`)
        const readings = await worker.round()
        if (round >= 0) heard.set(entrant.label, [...(heard.get(entrant.label) ?? []), readings])
      }
    }
  } finally {
    await Promise.all(running.map(async ({ worker }) => await worker.stop()))
  }
  return new Map([...heard].map(([label, readings]) => [label, summed(question, readings)]))
}

function summed(question: Question, readings: readonly Readings[]): Results {
  return Object.fromEntries(
    question.measures.flatMap(({ name }) => {
      const said = readings.map((each) => each[name])
      const why = said.find((each) => typeof each === 'string')
      const numbers = said.filter((each) => typeof each === 'number')
      if (why === undefined && numbers.length === 0) return []
      return [[name, why ?? spreadOf(numbers)]]
    }),
  )
}

/** A process that measures when it is told to. */
class Worker {
  readonly #child: ChildProcess
  readonly #label: string

  private constructor(child: ChildProcess, label: string) {
    this.#child = child
    this.#label = label
  }

  static async start(question: Question, entrant: Entrant, { node, place }: Run): Promise<Worker> {
    const args = [question.name, entrant.label, JSON.stringify(place)]
    const child = fork(WORKER, args, { execPath: node, execArgv: ['--expose-gc'] })
    const worker = new Worker(child, entrant.label)
    await worker.#said()
    return worker
  }

  async round(): Promise<Readings> {
    const said = this.#said()
    this.#child.send('round')
    return (await said) as Readings
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const exited = once(this.#child, 'exit')
    this.#child.send('stop')
    await exited
  }

  async #said(): Promise<unknown> {
    return await new Promise((resolve, reject) => {
      const hear = (message: unknown): void => {
        this.#child.off('exit', fail)
        resolve(message)
      }
      const fail = (code: number | null): void => {
        this.#child.off('message', hear)
        reject(new Error(`${this.#label} ended with ${code} while it was measured.`))
      }
      this.#child.once('message', hear)
      this.#child.once('exit', fail)
    })
  }
}
