import { Queue, Worker } from 'bullmq'
import { Redis } from 'ioredis'
import { FIRST_PAUSE_MS, type JobCounts, type JobQueue, type Work } from './queue.ts'

/** Who adds a job goes on without it after this long. */
const PATIENCE_MS = 1_000
/** How long saying goodbye may take: to a server that is away it would take for ever. */
const GOODBYE_MS = 2_000
/** An outage meets each connection several times a second. */
const COMPLAINTS_MS = 30_000
const KEPT_FAILURES = 1_000

/** A queue on Redis: shared by all shops on it, and it outlives them. */
export class BullQueue<Data> implements JobQueue<Data> {
  readonly #name: string
  readonly #asking: Redis
  readonly #working: Redis
  readonly #queue: Queue
  readonly #worker: Worker
  readonly #active = new Set<Promise<void>>()
  #complainedAt = -Infinity

  constructor(work: Work<Data>, redisUrl: string) {
    const { attempts, concurrency, keepFailed, name } = work
    this.#name = name
    // No command waits for a server that is away: a visitor may be waiting for the command.
    this.#asking = connect(redisUrl, { enableOfflineQueue: false, maxRetriesPerRequest: 1 })
    this.#working = connect(redisUrl, { maxRetriesPerRequest: null })
    this.#queue = new Queue(`shop-${name}`, {
      connection: this.#asking,
      defaultJobOptions: {
        attempts,
        backoff: { type: 'exponential', delay: FIRST_PAUSE_MS },
        // What is done is counted, not kept: the memory is the cache's, too.
        removeOnComplete: true,
        removeOnFail: keepFailed ? { count: KEPT_FAILURES } : true,
      },
    })
    this.#worker = new Worker(`shop-${name}`, async ({ data }) => await this.#do(work, data), {
      connection: this.#working,
      concurrency,
      autorun: false,
      metrics: { maxDataPoints: 60 },
    })
    // Without a listener an outage would end the process.
    const complain = (error: Error): void => this.#complain(error)
    this.#queue.on('error', complain)
    this.#worker.on('error', complain)
    for (const connection of [this.#asking, this.#working]) connection.on('error', complain)
    this.#worker.on('failed', (job, error) => {
      if (job === undefined || job.attemptsMade < attempts) return
      console.error(`The job ${name} ${job.id} has failed: ${error.message}`)
    })
  }

  async add(id: string, data: Data): Promise<void> {
    // In BullMQ's keys a colon has a meaning.
    await inTime(this.#queue.add('job', data, { jobId: encodeURIComponent(id) }), PATIENCE_MS)
  }

  async counts(): Promise<JobCounts> {
    const [now, completed, failed] = await inTime(
      Promise.all([
        this.#queue.getJobCounts('waiting', 'delayed', 'active'),
        this.#queue.getMetrics('completed', 0, 0),
        this.#queue.getMetrics('failed', 0, 0),
      ]),
      PATIENCE_MS,
    )
    return {
      waiting: (now['waiting'] ?? 0) + (now['delayed'] ?? 0),
      active: now['active'] ?? 0,
      completed: completed.meta.count,
      failed: failed.meta.count,
    }
  }

  start(): void {
    this.#worker.run().catch((error: unknown) => this.#complain(error as Error))
  }

  async close(): Promise<void> {
    // To a server that is away nobody can report a job as done: it is done again, later or by another shop.
    const isAway = this.#working.status !== 'ready'
    if (isAway) await Promise.allSettled(this.#active)
    const goodbyes = Promise.allSettled([this.#worker.close(isAway), this.#queue.close()])
    await inTime(goodbyes, GOODBYE_MS).catch(() => {})
    for (const connection of [this.#asking, this.#working]) connection.disconnect()
  }

  async #do(work: Work<Data>, data: unknown): Promise<void> {
    const act = work.run(data as Data)
    this.#active.add(act)
    await act.finally(() => this.#active.delete(act))
  }

  #complain(error: Error): void {
    if (performance.now() - this.#complainedAt < COMPLAINTS_MS) return
    this.#complainedAt = performance.now()
    console.error(`The queue ${this.#name} is in trouble: ${error.message}`)
  }
}

/** BullMQ's client knows neither Valkey's name nor the options that are the cache's. */
function connect(redisUrl: string, options: object): Redis {
  const url = redisUrl.replace(/^valkey/, 'redis').replace(/\?.*$/, '')
  return new Redis(url, { ...options, retryStrategy: (times) => Math.min(100 * times, 2_000) })
}

async function inTime<T>(act: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`the queue did not answer within ${ms} ms`)), ms)
  })
  try {
    return await Promise.race([act, late])
  } finally {
    clearTimeout(timer)
  }
}
