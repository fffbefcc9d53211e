import { EXIT } from './command.ts'

/** Ctrl-C, once: the command ends by itself and says what it has done. Twice: at once. */
export class Interrupts {
  readonly #controller = new AbortController()
  readonly #heard = (): void => {
    if (this.#controller.signal.aborted) process.exit(EXIT.interrupted)
    this.#controller.abort(new Error('Interrupted.'))
  }

  constructor() {
    process.on('SIGINT', this.#heard)
    process.on('SIGTERM', this.#heard)
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  close(): void {
    process.off('SIGINT', this.#heard)
    process.off('SIGTERM', this.#heard)
  }
}
