import { type Key, keyText } from '../base/key.ts'
import type { Found, LateFills, LateValue, Moment } from '../base/late-fills.ts'
import type { CacheCore } from './core.ts'

const OVERTAKEN_LATE = 'it was invalidated while it was made, or the store is away'

/** See {@link LateFills}. */
export class FillingLate implements LateFills {
  readonly #core: CacheCore
  readonly #wireKey: (key: Key) => string

  constructor(core: CacheCore, wireKey: (key: Key) => string) {
    this.#core = core
    this.#wireKey = wireKey
  }

  async find(key: Key, tags: readonly string[]): Promise<Found | undefined> {
    const core = this.#core
    // What is made from now on must be made of what is read from now on.
    core.memo?.beginAnew()
    const { era } = core
    const wire = this.#wireKey(key)
    const look = await core.guard(
      () => core.tier.lookOne(wire, { tags }),
      () => undefined,
      keyText(key),
    )
    if (look === undefined) return undefined
    const { clock, entry, need } = look
    const usable = entry !== undefined && entry.stamp >= need && entry.freshUntil > core.clock.now()
    if (usable) core.sawHit(key, wire, entry)
    else core.sawMiss(key, wire, look)
    return { entry: usable ? entry : undefined, moment: { stamp: clock, era } }
  }

  async moment(): Promise<Moment | undefined> {
    const core = this.#core
    core.memo?.beginAnew()
    const { era } = core
    return await core.guard(
      async () => ({ stamp: await core.tier.clockNow(), era }),
      () => undefined,
    )
  }

  async store(values: readonly LateValue[], moment: Moment): Promise<boolean> {
    const core = this.#core
    if (moment.era !== core.era) return false
    const now = core.clock.now()
    const drafts = values.map(({ key, value, tags, ttlMs }) => {
      const deadAt = now + ttlMs
      return { key: this.#wireKey(key), value, tags, freshUntil: deadAt, deadAt }
    })
    const stored = await core.guard(
      () => core.tier.putAsOf(drafts, moment.stamp),
      () => false,
    )
    for (const { key, ttlMs, value } of values) {
      const wire = this.#wireKey(key)
      if (stored) core.sawStore(keyText(key), wire, value, ttlMs)
      else core.refused(keyText(key), wire, OVERTAKEN_LATE)
    }
    return stored
  }
}
