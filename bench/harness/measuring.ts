import { setImmediate as turn } from 'node:timers/promises'

export interface Cost {
  /** Of this process, all of its threads. */
  readonly cpuUs: number
  readonly perSecond: number
}

const BATCH = 1000

/** What a call costs, one after the other, for so long. */
export async function costInTurn(forMs: number, call: (n: number) => unknown): Promise<Cost> {
  let calls = 0
  return await costOf(forMs, async (until) => {
    while (performance.now() < until) {
      for (let n = 0; n < BATCH; n++) await call(calls + n)
      calls += BATCH
      // As on a server: without it no timer runs and no message is heard as long as nothing has to be waited for.
      await turn()
    }
    return calls
  })
}

/** The same with so many callers, each of whom calls again when it has been answered. */
export async function costOfCallers(
  callers: number,
  forMs: number,
  call: (n: number) => unknown,
): Promise<Cost> {
  let next = 0
  return await costOf(forMs, async (until) => {
    const caller = async (): Promise<void> => {
      while (performance.now() < until) {
        for (let n = 0; n < 16; n++) await call(next++)
        await turn()
      }
    }
    await Promise.all(Array.from({ length: callers }, caller))
    return next
  })
}

/** So many calls, made by so many callers. */
export async function costOfCalls(
  callers: number,
  calls: number,
  call: (n: number) => unknown,
): Promise<Cost> {
  return await costOf(0, async () => {
    await callAll(callers, calls, call)
    return calls
  })
}

export async function callAll(
  callers: number,
  calls: number,
  call: (n: number) => unknown,
): Promise<void> {
  let next = 0
  const caller = async (): Promise<void> => {
    while (next < calls) await call(next++)
  }
  await Promise.all(Array.from({ length: callers }, caller))
}

async function costOf(forMs: number, run: (until: number) => Promise<number>): Promise<Cost> {
  const before = process.cpuUsage()
  const began = performance.now()
  const calls = await run(began + forMs)
  const seconds = (performance.now() - began) / 1000
  const { system, user } = process.cpuUsage(before)
  return { cpuUs: (system + user) / calls, perSecond: calls / seconds }
}
