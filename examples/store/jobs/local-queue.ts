import { FIRST_PAUSE_MS, type JobCounts, type JobQueue, type Work } from './queue.ts'

interface LocalJob<Data> {
  readonly id: string
  readonly data: Data
  failures: number
}

/** A queue for when there is no Redis: as mortal as the process, and otherwise the same. */
export class LocalQueue<Data> implements JobQueue<Data> {
  readonly #work: Work<Data>
  /** Waiting, being done, or kept as failed. */
  readonly #known = new Set<string>()
  readonly #waiting: LocalJob<Data>[] = []
  readonly #active = new Set<Promise<void>>()
  readonly #pauses = new Set<NodeJS.Timeout>()
  #isWorking = false
  #completed = 0
  #failed = 0

  constructor(work: Work<Data>) {
    this.#work = work
  }

  async add(id: string, data: Data): Promise<void> {
    if (this.#known.has(id)) return
    this.#known.add(id)
    this.#enqueue({ id, data, failures: 0 })
  }

  async counts(): Promise<JobCounts> {
    return {
      waiting: this.#waiting.length + this.#pauses.size,
      active: this.#active.size,
      completed: this.#completed,
      failed: this.#failed,
    }
  }

  start(): void {
    this.#isWorking = true
    this.#beginSome()
  }

  async close(): Promise<void> {
    this.#isWorking = false
    for (const pause of this.#pauses) clearTimeout(pause)
    await Promise.all(this.#active)
  }

  #enqueue(job: LocalJob<Data>): void {
    this.#waiting.push(job)
    this.#beginSome()
  }

  #beginSome(): void {
    while (this.#isWorking && this.#active.size < this.#work.concurrency) {
      const job = this.#waiting.shift()
      if (job === undefined) return
      const act = this.#do(job).finally(() => {
        this.#active.delete(act)
        this.#beginSome()
      })
      this.#active.add(act)
    }
  }

  /** Never rejects. */
  async #do(job: LocalJob<Data>): Promise<void> {
    const { attempts, keepFailed, name } = this.#work
    try {
      await this.#work.run(job.data)
      this.#completed++
      this.#known.delete(job.id)
    } catch (error) {
      job.failures++
      if (job.failures < attempts) return this.#pause(job)
      console.error(`The job ${name} ${job.id} has failed: ${String(error)}`)
      this.#failed++
      if (!keepFailed) this.#known.delete(job.id)
    }
  }

  #pause(job: LocalJob<Data>): void {
    const ms = FIRST_PAUSE_MS * 2 ** (job.failures - 1)
    const pause = setTimeout(() => {
      this.#pauses.delete(pause)
      this.#enqueue(job)
    }, ms)
    this.#pauses.add(pause)
  }
}
