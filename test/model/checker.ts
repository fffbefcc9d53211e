// Explores every state that a model can reach, breadth first, so that the first trace to a fault is a shortest one.
import { performance } from 'node:perf_hooks'
import { Integers, Visited } from './visited.ts'

/** Hands one possible step to the checker. */
export interface Offer<S> {
  /**
   * @param next the state after it; never touched again by the model
   * @param label the step as a sentence
   * @param luck true for what nobody may count on (a message that arrives, an eviction): it does not make a model live
   */
  (next: S, label: string, luck?: boolean): void
}

export interface Model<S> {
  initial(): S
  /** Offers every step that is possible in `state`, in an order that depends on `state` alone. Never changes `state`. */
  steps(state: S, offer: Offer<S>): void
  /** Which promise the state breaks, as a sentence. */
  fault(state: S): string | undefined
  /** Everyone has finished: the state that every other one must be able to reach. */
  isFinal(state: S): boolean
  /** Writes what tells the state from others into `bytes`; answers how many it wrote. Alike states may be written alike. */
  encode(state: S, bytes: Uint8Array): number
  /** The state in a few words, for traces. */
  show(state: S): string
  /** A figure of which the largest in any state is reported. */
  measure?(state: S): number
}

/** One step of a trace, and the state it led to. */
export interface TraceStep {
  readonly label: string
  readonly after: string
}

export interface Findings {
  readonly states: number
  readonly steps: number
  readonly ms: number
  /** The promise that was broken first, `undefined` when none was. */
  readonly fault: string | undefined
  /** The way to it, a shortest one. */
  readonly trace: readonly TraceStep[]
  /** The largest {@link Model.measure}. */
  readonly measured: number
}

const MOST_BYTES = 512

/** Explores until nothing new is found, or until the first broken promise. */
export function explore<S>(model: Model<S>): Findings {
  const began = performance.now()
  const visited = new Visited()
  const bytes = new Uint8Array(MOST_BYTES)
  // By the number of the state: the state it was first reached from, and by which of that one's steps.
  const parents = new Integers()
  const choices = new Integers()
  const edges = { from: new Integers(), to: new Integers() }
  const finals = new Integers()
  let steps = 0
  let measured = 0

  const finish = (fault: string | undefined, number: number): Findings => {
    const trace = fault === undefined ? [] : traceTo(model, number, parents, choices)
    const ms = performance.now() - began
    return { states: visited.size, steps, ms, fault, trace, measured }
  }

  const start = model.initial()
  visited.add(bytes, model.encode(start, bytes))
  parents.push(-1)
  choices.push(-1)
  if (model.isFinal(start)) finals.push(0)
  let numbers = [0]
  let frontier = [start]
  let broken: { fault: string; number: number } | undefined

  while (frontier.length > 0) {
    const nextNumbers: number[] = []
    const nextFrontier: S[] = []
    for (const [at, state] of frontier.entries()) {
      const number = numbers[at] as number
      let choice = 0
      model.steps(state, (next, _, luck) => {
        const before = visited.size
        const to = visited.add(bytes, model.encode(next, bytes))
        steps++
        if (luck !== true && to !== number) {
          edges.from.push(number)
          edges.to.push(to)
        }
        if (to === before) {
          parents.push(number)
          choices.push(choice)
          nextNumbers.push(to)
          nextFrontier.push(next)
          if (model.isFinal(next)) finals.push(to)
          measured = Math.max(measured, model.measure?.(next) ?? 0)
          const fault = model.fault(next)
          if (fault !== undefined) broken ??= { fault, number: to }
        }
        choice++
      })
      if (broken !== undefined) return finish(broken.fault, broken.number)
    }
    numbers = nextNumbers
    frontier = nextFrontier
  }
  const stuck = firstStuck(visited.size, edges, finals)
  if (stuck === undefined) return finish(undefined, -1)
  return finish('Liveness: from here some reader can never finish', stuck)
}

/** The first state from which no final one can be reached without luck. A deadlock is such a state. */
function firstStuck(
  states: number,
  edges: { from: Integers; to: Integers },
  finals: Integers,
): number | undefined {
  // The edges backwards, grouped by where they lead.
  const starts = new Int32Array(states + 1)
  for (let at = 0; at < edges.to.length; at++) {
    const slot = edges.to.at(at) + 1
    starts[slot] = (starts[slot] as number) + 1
  }
  for (let at = 0; at < states; at++) {
    starts[at + 1] = (starts[at + 1] as number) + (starts[at] as number)
  }
  const free = starts.slice()
  const sources = new Int32Array(edges.to.length)
  for (let at = 0; at < edges.to.length; at++) {
    const to = edges.to.at(at)
    const slot = free[to] as number
    sources[slot] = edges.from.at(at)
    free[to] = slot + 1
  }
  const live = new Uint8Array(states)
  const queue = new Int32Array(states)
  let tail = 0
  for (let at = 0; at < finals.length; at++) {
    live[finals.at(at)] = 1
    queue[tail++] = finals.at(at)
  }
  for (let head = 0; head < tail; head++) {
    const to = queue[head] as number
    for (let at = starts[to] as number; at < (starts[to + 1] as number); at++) {
      const from = sources[at] as number
      if (live[from] === 1) continue
      live[from] = 1
      queue[tail++] = from
    }
  }
  const first = live.indexOf(0)
  return first < 0 ? undefined : first
}

// Only the choices were kept: the states on the way are made once more.
function traceTo<S>(
  model: Model<S>,
  number: number,
  parents: Integers,
  choices: Integers,
): TraceStep[] {
  const path: number[] = []
  for (let at = number; parents.at(at) >= 0; at = parents.at(at)) path.push(choices.at(at))
  let state = model.initial()
  const trace: TraceStep[] = [{ label: 'the start', after: model.show(state) }]
  for (const wanted of path.toReversed()) {
    let choice = 0
    let taken: { next: S; label: string } | undefined
    model.steps(state, (next, label) => {
      if (choice++ === wanted) taken = { next, label }
    })
    if (taken === undefined) throw new Error('The steps of a state depend on more than the state.')
    state = taken.next
    trace.push({ label: taken.label, after: model.show(state) })
  }
  return trace
}
