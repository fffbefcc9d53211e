import type { Entry } from '../../src/base/record.ts'
import type { Contender } from './contenders.ts'

export const WORKS = ['hit', 'update', 'insert and evict', 'zipf'] as const
export type Work = (typeof WORKS)[number]

const KEPT = 10_000
const ALL = 100_000
const STEPS = 100_000

const keys = Array.from({ length: ALL }, (_, index) => keyOf(index))
/** Which keys are asked for, in the order of chance; the same for all. */
const evenly = drawn(() => Math.floor(Math.random() * KEPT))
const skewed = drawn(zipf(0.99))
const entry = entryOf()

/** As an application names them. */
export function keyOf(index: number): string {
  return `shop:1:product:${index}`
}

export function entryOf(): Entry {
  return Object.freeze({
    value: 1,
    tags: [],
    stamp: 1,
    rev: 'process100000001',
    freshUntil: Infinity,
    deadAt: Infinity,
    storedAt: 1,
    loadMs: 1,
  })
}

/** Of one contender alone in its process, so that each is compiled for itself: medians of rounds, warmed up. */
export function measureWorks(contender: Contender): Readonly<Record<Work, number>> {
  const works = worksOf(contender)
  const times = WORKS.map((work) => {
    const rounds = Array.from({ length: 12 }, () => works[work]())
    return [work, rounds.slice(5).toSorted((a, b) => a - b)[3]] as const
  })
  return Object.fromEntries(times) as Record<Work, number>
}

/** Each work does its steps, and answers what one took in nanoseconds of processor time. */
function worksOf(contender: Contender): Readonly<Record<Work, () => number>> {
  const full = contender.open(KEPT)
  for (let index = 0; index < KEPT; index++) full.set(keys[index] as string, entry)
  const turning = contender.open(KEPT)
  const mixed = contender.open(KEPT)
  let next = 0
  return {
    hit: () =>
      timed((step) => {
        if (full.get(keys[evenly[step] as number] as string) === undefined)
          throw new Error('Missing.')
      }),
    update: () => timed((step) => full.set(keys[evenly[step] as number] as string, entry)),
    'insert and evict': () =>
      timed(() => {
        turning.set(keys[next] as string, entry)
        next = (next + 1) % ALL
      }),
    zipf: () =>
      timed((step) => {
        const key = keys[skewed[step] as number] as string
        if (mixed.get(key) === undefined) mixed.set(key, entry)
      }),
  }
}

function timed(act: (step: number) => void): number {
  const before = process.cpuUsage()
  for (let step = 0; step < STEPS; step++) act(step)
  const { system, user } = process.cpuUsage(before)
  return (1000 * (user + system)) / STEPS
}

function drawn(draw: () => number): Uint32Array {
  return Uint32Array.from({ length: STEPS }, draw)
}

/** Draws of the ranks 0 to ALL - 1, each as often as its rank says; the ranks lie anywhere among the keys. */
function zipf(theta: number): () => number {
  const sums = new Float64Array(ALL)
  let sum = 0
  for (let rank = 0; rank < ALL; rank++) {
    sum += 1 / (rank + 1) ** theta
    sums[rank] = sum
  }
  return () => {
    const point = Math.random() * sum
    let [low, high] = [0, ALL - 1]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((sums[middle] as number) < point) low = middle + 1
      else high = middle
    }
    return (low * 7919) % ALL
  }
}
