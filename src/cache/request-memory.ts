import { currentCall } from '../base/call.ts'
import type { CacheCore } from './core.ts'
import type { LoadRequest } from './load-request.ts'
import type { Rounds } from './rounds.ts'

/** The memo of the running request, as `getOrSet` uses it. */
export class RequestMemory {
  readonly #core: CacheCore
  readonly #rounds: Pick<Rounds, 'usable'>

  constructor(core: CacheCore, rounds: Pick<Rounds, 'usable'>) {
    this.#core = core
    this.#rounds = rounds
  }

  /** What the running request was shown before, if it may be shown that again. */
  async recall(request: LoadRequest): Promise<{ readonly value: unknown } | undefined> {
    const core = this.#core
    if (request.force === true || request.strict === true) return undefined
    const kept = core.memo?.recall(core.store, request.wire, core.clock.now())
    if (kept?.entry === undefined) return undefined
    const entry = { ...kept.entry, value: kept.hand() }
    if ((await this.#rounds.usable(entry, request)) === undefined) return undefined
    currentCall()?.reached('memo')
    core.sawHit(request.key, request.wire, entry)
    request.settled?.()
    return { value: entry.value }
  }

  /** The same request, of which the running one remembers what it brings. */
  remembering<Request extends LoadRequest>(request: Request): Request {
    const { clock, memo, store } = this.#core
    if (memo === undefined) return request
    const { turn } = memo
    return {
      ...request,
      remember: (landed, again) =>
        memo.keep(store, request.wire, landed, { again, now: clock.now(), turn }),
    }
  }
}
