import { type Key, keyText } from '../base/key.ts'
import type { Found, LateFills, LateValue, Moment } from '../base/late-fills.ts'
import type { CacheCore } from './core.ts'

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
    const look = await core.guard(
      () => core.tier.lookOne(this.#wireKey(key), { tags }),
      () => undefined,
      keyText(key),
    )
    if (look === undefined) return undefined
    const { clock, entry, need } = look
    const usable = entry !== undefined && entry.stamp >= need && entry.freshUntil > core.clock.now()
    if (usable) core.sawHit(keyText(key), entry)
    else core.sawMiss(keyText(key), look)
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
    for (const { key, value } of values) {
      if (stored) core.sawStore(keyText(key), value)
      else core.refused(keyText(key), 'it was invalidated while it was made, or the store is away')
    }
    return stored
  }
}
