// Work that no visitor waits for. Both queues, the one on Redis and the one in this process, keep this contract.

/** One kind of job: how it is done, and how it is treated when it fails. */
export interface Work<Data> {
  readonly name: string
  /** So many at once, in this process. */
  readonly concurrency: number
  /** A job that has failed so often has failed for good. Pauses between attempts double, beginning with a second. */
  readonly attempts: number
  /** Whether a job that has failed for good is kept for somebody to look at, and its id with it. */
  readonly keepFailed: boolean
  /** May be called twice for one job, when a worker dies over it. */
  run(data: Data): Promise<void>
}

export interface JobQueue<Data> {
  /**
   * Adds a job, unless one with this id is waiting, being done, or kept as failed.
   *
   * @throws when the queue cannot be reached in time; the job may then be there or not
   */
  add(id: string, data: Data): Promise<void>
  /** @throws as `add` */
  counts(): Promise<JobCounts>
  /** Jobs are done from now on: whatever they need must be there. */
  start(): void
  /** Begins no more jobs, waits for those begun, and leaves the rest where they are. */
  close(): Promise<void>
}

export interface JobCounts {
  /** Also those that wait for another attempt. */
  readonly waiting: number
  readonly active: number
  /** Since the queue exists. */
  readonly completed: number
  /** For good, since the queue exists. */
  readonly failed: number
}

export const FIRST_PAUSE_MS = 1_000
