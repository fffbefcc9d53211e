// What both queues promise.
import { afterEach, describe, expect, it } from 'vitest'
import { BullQueue } from '../../../examples/store/jobs/bull-queue.ts'
import { LocalQueue } from '../../../examples/store/jobs/local-queue.ts'
import type { JobQueue, Work } from '../../../examples/store/jobs/queue.ts'
import { startRedis } from '../../servers/redis.ts'

type Open = (work: Work<number>) => Promise<JobQueue<number>>

const endings: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const end of endings.splice(0).toReversed()) await end()
})

describe.each<[string, Open]>([
  ['in this process', async (work) => new LocalQueue(work)],
  [
    'on Redis',
    async (work) => {
      const server = await startRedis()
      endings.push(() => server.stop())
      return new BullQueue(work, server.url)
    },
  ],
])('a job queue %s', (_, open) => {
  const queueOf = async (work: Partial<Work<number>>): Promise<JobQueue<number>> => {
    const queue = await open({
      name: 'test',
      concurrency: 2,
      attempts: 1,
      keepFailed: false,
      run: async () => {},
      ...work,
    })
    endings.push(() => queue.close())
    return queue
  }
  const gate = (): { readonly open: () => void; readonly passed: Promise<void> } => {
    let open = (): void => {}
    const passed = new Promise<void>((resolve) => (open = resolve))
    return { open, passed }
  }

  it('keeps jobs until it is started, and does each once', async () => {
    const done: number[] = []
    const queue = await queueOf({ run: async (n) => void done.push(n) })
    for (const n of [1, 2, 3, 1]) await queue.add(`job:${n}`, n)
    const before = await queue.counts()

    queue.start()

    await expect.poll(() => queue.counts().then(({ completed }) => completed)).toBe(3)
    expect(before).toEqual({ waiting: 3, active: 0, completed: 0, failed: 0 })
    expect(done.toSorted((a, b) => a - b)).toEqual([1, 2, 3])
  })

  it('takes a job again that is done', async () => {
    const done: number[] = []
    const queue = await queueOf({ run: async (n) => void done.push(n) })
    queue.start()
    await queue.add('a', 1)
    await expect.poll(() => queue.counts().then(({ completed }) => completed)).toBe(1)

    await queue.add('a', 2)

    await expect.poll(() => done).toEqual([1, 2])
  })

  it('does no more at once than its work allows', async () => {
    const { open: release, passed } = gate()
    const queue = await queueOf({ run: async () => await passed })
    for (const n of [1, 2, 3, 4, 5]) await queue.add(`${n}-`, n)

    queue.start()

    await expect.poll(() => queue.counts()).toMatchObject({ waiting: 3, active: 2 })
    release()
    await expect.poll(() => queue.counts()).toMatchObject({ waiting: 0, active: 0, completed: 5 })
  })

  it('tries again what failed', async () => {
    let tries = 0
    const run = async (): Promise<void> => {
      if (++tries < 2) throw new Error('Not yet.')
    }
    const queue = await queueOf({ attempts: 2, run })
    queue.start()

    await queue.add('a', 1)

    const counts = (): unknown => queue.counts()
    await expect.poll(counts, { timeout: 10_000 }).toMatchObject({ completed: 1, failed: 0 })
    expect(tries).toBe(2)
  })

  it.for([true, false])(
    'counts what has failed for good, and keeps its id if told to: %s',
    async (keepFailed) => {
      const run = async (): Promise<void> => await Promise.reject(new Error('Never.'))
      const queue = await queueOf({ keepFailed, run })
      queue.start()
      await queue.add('a', 1)
      await expect.poll(() => queue.counts()).toMatchObject({ failed: 1, active: 0 })

      await queue.add('a', 1)
      await queue.add('b', 1)

      const failed = keepFailed ? 2 : 3
      await expect.poll(() => queue.counts()).toMatchObject({ failed, waiting: 0, active: 0 })
    },
  )

  it('waits for what it has begun when it is closed, and begins nothing more', async () => {
    const { open: release, passed } = gate()
    const begun: number[] = []
    const ended: number[] = []
    const run = async (n: number): Promise<void> => {
      begun.push(n)
      await passed
      ended.push(n)
    }
    const queue = await queueOf({ concurrency: 1, run })
    await queue.add('a', 1)
    await queue.add('b', 2)
    queue.start()
    await expect.poll(() => begun).toEqual([1])

    const closed = queue.close()
    release()
    await closed

    expect([begun, ended]).toEqual([[1], [1]])
  })
})
