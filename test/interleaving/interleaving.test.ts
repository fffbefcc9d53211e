// The real code under a scheduler that decides every turn: each act on its way to the store, each answer, each message, each
// load, the time, and a death. A schedule that fails is shrunk, printed in words, and can be replayed:
//   SCHEDULE=12,0,7 npx vitest run test/interleaving
// and `RUNS=100000` tries more of them.
import { env } from 'node:process'
import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { Flight } from '../../src/cache/flight.ts'
import { rejectionOf } from '../cache/barrier.ts'
import { MUTANTS } from './mutants.ts'
import { type Breaking, World } from './world.ts'

const SCHEDULES = fc.array(fc.nat(997), { minLength: 10, maxLength: 150, size: 'max' })
const RUNS = Number(env['RUNS'] ?? 400)

async function play(draws: readonly number[], breaking?: Breaking): Promise<World> {
  const world = new World(breaking)
  await world.play(draws)
  if (world.violations.length === 0) return world
  throw new Error(
    [
      world.violations.join('\n'),
      'What happened:',
      ...world.schedule.words.map((words) => `  ${words}`),
      `Replay: SCHEDULE=${draws.join(',')} npx vitest run test/interleaving`,
    ].join('\n'),
  )
}

interface Found {
  readonly draws: readonly number[]
  readonly message: string
}

/** A schedule that fails, and what it says. */
async function failing(
  breaking: Breaking | undefined,
  shrunk: boolean,
): Promise<Found | undefined> {
  const property = fc.asyncProperty(SCHEDULES, async (draws) => void (await play(draws, breaking)))
  const seed = 7
  const first = await fc.check(property, { seed, numRuns: 3000, endOnFailure: true })
  // Shrinking goes on for as long as there is something shorter; a few seconds of it say enough.
  const briefly = { seed, path: first.counterexamplePath ?? '', interruptAfterTimeLimit: 8000 }
  const result = shrunk && first.failed ? await fc.check(property, briefly) : first
  if (result.counterexample === null) return undefined
  return { draws: result.counterexample[0], message: String(result.errorInstance) }
}

describe('whatever the order of turns', () => {
  it('nobody is given what was invalidated before he asked, and every call ends', async () => {
    const replayed = env['SCHEDULE']?.split(',').map(Number)
    if (replayed !== undefined) return void (await play(replayed))
    let reads = 0
    const property = fc.asyncProperty(SCHEDULES, async (draws) => {
      reads += (await play(draws)).reads
    })
    await fc.assert(property, { numRuns: RUNS })
    expect(reads).toBeGreaterThan(RUNS)
  }, 3_600_000)
})

// The clock is fake, the time that it takes is not: a busy machine may need minutes.
describe('a broken protocol is found out:', { timeout: 180_000 }, () => {
  afterEach(() => {
    vi.restoreAllMocks()
  })

  it.each(Object.entries(MUTANTS))('%s', async (_, breaking) => {
    const found = await failing(breaking, false)
    expect(found?.message).toContain('was confirmed before it asked')
    await expect(play(found?.draws ?? [])).resolves.toBeInstanceOf(World)
  })

  it('callers join whatever load is running', async () => {
    vi.spyOn(Flight.prototype, 'joinableBy').mockReturnValue(true)
    const found = await failing(undefined, false)
    expect(found?.message).toContain('was confirmed before it asked')

    vi.restoreAllMocks()
    await expect(play(found?.draws ?? [])).resolves.toBeInstanceOf(World)
  })

  it('in few words, which can be replayed', async () => {
    const [breaking] = Object.values(MUTANTS)
    const found = await failing(breaking, true)
    expect(found?.draws.length).toBeLessThan(100)
    expect(found?.message).toContain(`Replay: SCHEDULE=${found?.draws.join(',')} `)

    const again = rejectionOf(play(found?.draws ?? [], breaking))
    expect(String(await again)).toBe(found?.message)
  })
})
