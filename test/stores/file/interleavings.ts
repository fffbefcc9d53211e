import { ModelDisk } from './model-disk.ts'

/** What is chosen at each step: a process that goes on, or one that dies. */
interface Choice {
  readonly process: number
  readonly dies: boolean
}

export interface Bounds {
  /** Times that a process is interrupted which could go on. */
  readonly switches: number
  readonly deaths: number
  readonly torn?: boolean
}

export interface Run<R> {
  readonly disk: ModelDisk
  /** What each process answered; `undefined` for the dead. */
  readonly results: readonly (R | undefined)[]
  readonly choices: readonly Choice[]
}

/**
 * Runs processes on one disk in every order of their steps, within bounds, each with a death at every step. Answers how many
 * orders there were.
 *
 * @param check looks at each end; throws
 */
export async function everyOrder<R>(
  prepare: (disk: ModelDisk) => Promise<void>,
  processes: readonly ((disk: ModelDisk, process: number) => Promise<R>)[],
  bounds: Bounds,
  check: (run: Run<R>) => Promise<void>,
): Promise<number> {
  let orders = 0
  // The choices to follow from the beginning; further on, the first that there is, and the others are noted for later.
  const open: Choice[][] = [[]]
  for (let prefix = open.pop(); prefix !== undefined; prefix = open.pop()) {
    const run = await follow(prefix, prepare, processes, bounds, open)
    try {
      await check(run)
    } catch (error) {
      const told = run.choices.map(({ process, dies }) => `${process}${dies ? ' dies' : ''}`)
      throw new Error(`${(error as Error).message}\nOrder: ${told.join(', ')}`, { cause: error })
    }
    orders++
  }
  return orders
}

async function follow<R>(
  prefix: readonly Choice[],
  prepare: (disk: ModelDisk) => Promise<void>,
  processes: readonly ((disk: ModelDisk, process: number) => Promise<R>)[],
  bounds: Bounds,
  open: Choice[][],
): Promise<Run<R>> {
  const disk = new ModelDisk(bounds.torn ?? false)
  await prepare(disk)
  disk.decisions.length = 0
  const results: (R | undefined)[] = processes.map(() => undefined)
  const ended = processes.map(() => false)
  const failures: unknown[] = []
  for (const [index, process] of processes.entries()) {
    process(disk, index).then(
      (result) => {
        results[index] = result
        ended[index] = true
      },
      (error: unknown) => {
        failures.push(error)
        ended[index] = true
      },
    )
  }
  const choices: Choice[] = []
  let switches = 0
  let deaths = 0
  let last: number | undefined
  for (;;) {
    for (
      let turn = 0;
      disk.steps.some((step, i) => step === undefined && !ended[i]) || turn < 1;
      turn++
    ) {
      if (turn > 1000) throw new Error('A process neither goes on nor ends.')
      await Promise.resolve()
    }
    const ready = processes.map((_, i) => i).filter((i) => !ended[i] && disk.steps[i] !== undefined)
    if (ready.length === 0) break
    const goesOn = last !== undefined && ready.includes(last) ? last : undefined
    const free = goesOn === undefined || switches < bounds.switches
    const able = free ? [...ready].toSorted((a) => (a === goesOn ? -1 : 1)) : [goesOn]
    const all: Choice[] = able.map((process) => ({ process, dies: false }))
    if (deaths < bounds.deaths) all.push(...ready.map((process) => ({ process, dies: true })))
    const choice = prefix[choices.length] ?? all[0]
    if (choice === undefined) throw new Error('Nothing to choose from.')
    if (choices.length >= prefix.length)
      for (const other of all.slice(1)) open.push([...choices, other])
    choices.push(choice)
    if (choice.dies) {
      deaths++
      ended[choice.process] = true
      disk.steps[choice.process] = undefined
      continue
    }
    if (goesOn !== undefined && choice.process !== goesOn) switches++
    last = choice.process
    disk.steps[choice.process]?.()
  }
  if (failures.length > 0) throw failures[0]
  return { disk, results, choices }
}
