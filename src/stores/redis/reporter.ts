import type { StoreEvent } from '../../base/store.ts'
import { outage } from './failure.ts'
import type { PortEvents } from './port.ts'

/** Tells once when the store is there and once when it is not, however many connections and attempts that takes. */
export class Reporter {
  readonly #where: string
  readonly #report: (event: StoreEvent) => void
  /** Connections that are not up. */
  #missing: number
  #last: 'connected' | 'disconnected' | undefined

  constructor(connections: number, where: string, report: (event: StoreEvent) => void) {
    this.#missing = connections
    this.#where = where
    this.#report = report
  }

  /** The events of one connection. */
  forOne(up: () => void): PortEvents {
    let isUp = false
    return {
      up: () => {
        isUp = true
        this.#missing--
        up()
        if (this.#missing === 0) this.#tell('connected', undefined)
      },
      down: (reason) => {
        if (isUp) this.#missing++
        isUp = false
        this.#tell('disconnected', reason)
      },
    }
  }

  #tell(kind: 'connected' | 'disconnected', reason: unknown): void {
    if (kind === this.#last) return
    this.#last = kind
    if (kind === 'connected') {
      this.#report({ kind, message: `Connected to Redis at ${this.#where}.` })
    } else {
      const error = outage(reason, this.#where)
      this.#report({ kind, message: error.message, error })
    }
  }
}
