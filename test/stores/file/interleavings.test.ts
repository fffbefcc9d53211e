// The argument of docs/decisions/0050, checked step by step: whoever comes in between, and whoever dies where.
import { describe, expect, it } from 'vitest'
import { Slots } from '../../../src/stores/file/slots.ts'
import { type Bounds, everyOrder, type Run } from './interleavings.ts'
import type { ModelDisk } from './model-disk.ts'

const FOLDER = '/shard/record'
type Answer = { readonly act: string; readonly done: boolean }
type Process = (disk: ModelDisk, process: number) => Promise<Answer>

function slotsOf(disk: ModelDisk, process: number | undefined): Slots {
  return new Slots(disk.seenBy(process), () => 1000, '/temporary', false)
}

function next(value: number): { bytes: Buffer; kind: string; until: number } {
  return { bytes: Buffer.from(`=${value};`), kind: 'v', until: Infinity }
}

async function valueIn(slots: Slots): Promise<number | undefined> {
  const found = await slots.read(FOLDER, () => true)
  if (found === undefined) return undefined
  const match = /^=(\d+);$/.exec(found.bytes?.toString() ?? 'nothing')
  if (match === null) throw new Error(`Torn: ${String(found.bytes)}`)
  return Number(match[1])
}

/** Adds one, or begins at one. */
const increment: Process = async (disk, process) => {
  const slots = slotsOf(disk, process)
  const found = await slots.read(FOLDER, () => true)
  if (found === undefined) return { act: 'make', done: await slots.make(FOLDER, next(1)) }
  const value = Number(/^=(\d+);$/.exec(String(found.bytes))?.[1])
  return { act: 'replace', done: await slots.replace(FOLDER, found.version, next(value + 1)) }
}

const make: Process = async (disk, process) => ({
  act: 'make',
  done: await slotsOf(disk, process).make(FOLDER, next(1)),
})

const remove: Process = async (disk, process) => {
  const slots = slotsOf(disk, process)
  const { version } = await slots.look(FOLDER)
  return { act: 'remove', done: version !== undefined && (await slots.remove(FOLDER, version)) }
}

async function empty(disk: ModelDisk): Promise<void> {
  await disk.seenBy(undefined).makeFolder('/shard')
  await disk.seenBy(undefined).makeFolder('/temporary')
}

async function holding7(disk: ModelDisk): Promise<void> {
  await empty(disk)
  await slotsOf(disk, undefined).make(FOLDER, next(7))
}

/** As `expect().toBe()`, which is asked a hundred thousand times here and is what would take the time. */
function same(found: unknown, wanted: unknown): void {
  if (!Object.is(found, wanted)) expect(found).toBe(wanted)
}

/** The renames that decided, in the order in which they happened, are a history of a plain variable. */
async function isExact(before: number | undefined, { disk, results }: Run<Answer>): Promise<void> {
  let value = before
  const won = new Set<number>()
  for (const { from, process, to } of disk.decisions) {
    won.add(process)
    if (to === FOLDER) {
      expect(value).toBeUndefined()
      value = 1
    } else if (to.includes('/x.')) value = undefined
    else if (from.includes('/h.')) value = (value ?? Number.NaN) + 1
  }
  for (const [process, answer] of results.entries())
    if (answer !== undefined) same(answer.done, won.has(process))

  const survivor = slotsOf(disk, undefined)
  same(await valueIn(survivor), value)
  // Nobody has to wait for the dead: the next act succeeds at once.
  const { version } = await survivor.look(FOLDER)
  const isDone =
    version === undefined
      ? await survivor.make(FOLDER, next(1))
      : await survivor.replace(FOLDER, version, next(1))
  same(isDone, true)
  same(await valueIn(survivor), 1)
}

const ALL: Bounds = { switches: Infinity, deaths: 1 }
const FEW: Bounds = { switches: 2, deaths: 1 }
const TORN: Bounds = { switches: 3, deaths: 1, torn: true }

describe('compare-and-swap on a folder, in every order of steps, each process dying at every step', () => {
  it.for<[string, number | undefined, Process[], Bounds]>([
    ['two who add to one number', 7, [increment, increment], ALL],
    ['one who adds and one who removes', 7, [increment, remove], ALL],
    ['two who remove', 7, [remove, remove], ALL],
    ['two who make what is not there', undefined, [make, make], { ...ALL, switches: 4 }],
    ['one who removes and one who makes', 7, [remove, make], { ...ALL, switches: 4 }],
    ['one who makes and one who adds', undefined, [make, increment], { ...ALL, switches: 4 }],
    ['three who add', 7, [increment, increment, increment], { ...FEW, deaths: 0 }],
    ['one who removes, one who makes, one who adds', 7, [remove, make, increment], FEW],
    ['two who remove and one who makes', 7, [remove, remove, make], FEW],
    ['two deaths among three', 7, [remove, make, increment], { switches: 1, deaths: 2 }],
    ['with listings that are torn: add and add', 7, [increment, increment], TORN],
    ['with listings that are torn: remove and make', 7, [remove, make], TORN],
    ['with listings that are torn: add and make', 7, [increment, make], TORN],
  ])('%s', { timeout: 60_000 }, async ([, value, processes, bounds]) => {
    const prepare = value === undefined ? empty : holding7

    const orders = await everyOrder(
      prepare,
      processes,
      bounds,
      async (run) => await isExact(value, run),
    )

    expect(orders).toBeGreaterThan(100)
  })
})
