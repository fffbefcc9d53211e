// One process of a fleet: told a key, many callers ask for it at once, and it tells how often it has loaded and how long they waited.
import { setTimeout as sleep } from 'node:timers/promises'
import { open } from './opening.ts'
import type { Entrant, Place } from './question.ts'

export interface CallersTold {
  readonly loads: number
  readonly waitedMs: readonly number[]
}

export interface CallersAsked {
  readonly entrant: Entrant
  readonly place: Place
  readonly prefix: string
  readonly callers: number
  readonly loadMs: number
}

const asked = JSON.parse(process.argv[2] ?? '{}') as CallersAsked
let loads = 0
const cache = await open(asked.entrant, asked.place, {
  prefix: asked.prefix,
  async load(key) {
    loads++
    await sleep(asked.loadMs)
    return { key, by: process.pid }
  },
})

process.on('message', (key: string) => void (key === '' ? stop() : callAll(key)))
// Connected before anything is measured.
await cache.getOrSet(`warm-up:${process.pid}`)
process.send?.('ready')

async function callAll(key: string): Promise<void> {
  loads = 0
  const call = async (): Promise<number> => {
    const began = performance.now()
    await cache.getOrSet(key)
    return performance.now() - began
  }
  const waitedMs = await Promise.all(Array.from({ length: asked.callers }, call))
  process.send?.({ loads, waitedMs } satisfies CallersTold)
}

async function stop(): Promise<void> {
  await cache.close()
  process.exit()
}
