import { env } from 'node:process'
import type { Advice } from '../base/advice.ts'
import { isOutage } from '../base/errors.ts'
import type { CacheCore } from './core.ts'

/** What lives for less is no server, and is not bothered. */
const FIRST_AFTER_MS = 5_000
const EVERY_MS = 3_600_000

/** Said once in a process, whatever number of aliases it concerns. */
const said = new Set<string>()

/**
 * Examines the store soon after the start and then hourly. What it finds is an `advice` event; errors are said as Node says
 * its warnings, too, and in production warnings as well.
 */
export class Advisor {
  readonly #core: CacheCore
  #stop: () => void = () => {}

  constructor(core: CacheCore) {
    this.#core = core
    if (core.store.examine !== undefined) this.#later(FIRST_AFTER_MS)
  }

  /** @throws {CacheError} outages */
  async examine(): Promise<readonly Advice[]> {
    return (await this.#core.store.examine?.()) ?? []
  }

  close(): void {
    this.#stop()
  }

  #later(ms: number): void {
    const core = this.#core
    this.#stop = core.clock.after(ms, () => {
      if (core.closing.aborted) return
      core.runInBackground(
        this.#tell().finally(() => {
          if (!core.closing.aborted) this.#later(EVERY_MS)
        }),
        'The store could not be examined.',
      )
    })
  }

  async #tell(): Promise<void> {
    const { alias, events } = this.#core
    try {
      for (const advice of await this.examine()) {
        if (events.wants('advice')) events.emit('advice', { alias, advice })
        if (advice.severity === 'error' || env['NODE_ENV'] === 'production') warnOnce(alias, advice)
      }
    } catch (error) {
      // Acts meet outages, too, and say so.
      if (!isOutage(error)) throw error
    }
  }
}

function warnOnce(alias: string, { code, message, remedy }: Advice): void {
  if (said.has(code)) return
  said.add(code)
  process.emitWarning(`Cache '${alias}': ${message} ${remedy}`, {
    type: 'BreakwaterWarning',
    code: `BREAKWATER_${code.toUpperCase().replaceAll('-', '_')}`,
  })
}
