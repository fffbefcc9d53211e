import type { StoreContext } from '../../base/store.ts'
import type { Driver } from './driver.ts'

/** Where others reach this process: a channel of the database with its name. */
export class SqlInbox {
  /** Which subscription it is that stands; `undefined` while there is none. */
  epoch: number | undefined
  /** When it is known whether messages arrive, for the first time. */
  readonly settled: Promise<void>
  #isSettled = false
  #confirmed = 0
  readonly #stop: () => Promise<void>
  readonly #settle: () => void

  /** @param patienceMs how long the first subscription is waited for */
  constructor(
    listen: NonNullable<Driver['listen']>,
    context: Pick<StoreContext, 'processId' | 'clock' | 'report'>,
    ears: { receive(message: string): void; lost(): void },
    patienceMs: number,
  ) {
    const { clock, processId, report } = context
    let resolve = (): void => {}
    this.settled = new Promise((done) => (resolve = done))
    const settle = (): void => {
      this.#isSettled = true
      stopTimer()
      resolve()
    }
    const stopTimer = clock.after(patienceMs, settle)
    this.#settle = settle
    this.#stop = listen(channelOf(processId), {
      receive: (message) => ears.receive(message),
      up: () => {
        this.epoch = ++this.#confirmed
        settle()
        if (this.#confirmed > 1) ears.lost()
      },
      down: (error) => {
        this.epoch = undefined
        settle()
        if (error === undefined) return
        const message = 'Messages of other processes cannot be heard; waits are polls.'
        report({ kind: 'error', message, error })
      },
    })
  }

  get isSettled(): boolean {
    return this.#isSettled
  }

  async close(): Promise<void> {
    this.epoch = undefined
    this.#settle()
    await this.#stop()
  }
}

/** The channel on which a process is told something. Some clients fold names of channels to lower case. */
export function channelOf(processId: string): string {
  return `breakwater_${Buffer.from(processId).toString('hex')}`
}
