import { CacheError, isOutage } from '../base/errors.ts'
import type { CacheCore } from './core.ts'

export interface LockOptions {
  /** How long to wait for it. Default: not at all. */
  readonly waitMs: number
  readonly ttlMs: number
  readonly signal: AbortSignal | undefined
}

/** Something held by one owner of the whole fleet at a time. */
export interface Lock {
  /** Grows with every holder of any lock of this alias. A resource that remembers the largest it has seen can refuse a late holder. */
  readonly fence: number
  /** Aborted when the lock was lost: it could not be renewed in time. */
  readonly signal: AbortSignal
  /** Gives it up; harmless when it was lost. */
  release(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * A lock is a lease on a key of its own that never holds a value: renewed while it is held, taken over when its holder has
 * let it lapse, with waiters woken by push.
 *
 * The fencing number is issued after the lease is held and counts only if the lease is still held afterwards: so a later
 * holder's number is larger, whatever was paused in between.
 *
 * @throws {CacheError} `E_LOCKED` when it is held by another; outages always reject, since a lock that cannot be had is none
 */
export async function takeLock(
  core: CacheCore,
  key: string,
  wire: string,
  options: LockOptions,
): Promise<Lock> {
  const { clock, tier, waiters } = core
  const token = core.tokens.next()
  const giveUpAt = clock.now() + options.waitMs
  for (;;) {
    options.signal?.throwIfAborted()
    const waiter = waiters.register(wire)
    try {
      const acquired = await tier.acquire(wire, {
        token,
        leaseMs: options.ttlMs,
        seen: undefined,
        stamp: 0,
        need: 0,
      })
      if (acquired.outcome === 'lease') {
        const fence = await tier.bump([])
        if (await tier.renew(wire, token, options.ttlMs))
          return hold(core, wire, token, fence, options)
        continue
      }
      const left = giveUpAt - clock.now()
      const lapse = acquired.outcome === 'busy' ? acquired.remainingMs : 1
      if (left <= 0)
        throw new CacheError('E_LOCKED', `The lock '${key}' is held by another.`, { key })
      await waiter.wait(Math.max(1, Math.min(left, lapse)))
    } catch (error) {
      if (isOutage(error)) core.outage(error, key)
      throw error
    } finally {
      waiter.cancel()
    }
  }
}

function hold(
  core: CacheCore,
  wire: string,
  token: string,
  fence: number,
  options: LockOptions,
): Lock {
  const { clock, tier } = core
  const lost = new AbortController()
  let heldUntil = clock.now() + options.ttlMs
  let stop = (): void => {}
  let over = false
  const lose = (): void => {
    over = true
    lost.abort(new CacheError('E_LOCKED', 'The lock was lost: it could not be renewed in time.'))
  }
  const arm = (): void => {
    stop = clock.after(options.ttlMs / 3, () => {
      const asked = clock.now()
      tier.renew(wire, token, options.ttlMs).then(
        (held) => {
          if (over) return
          if (!held) return lose()
          heldUntil = asked + options.ttlMs
          arm()
        },
        () => {
          if (over) return
          if (clock.now() >= heldUntil) return lose()
          arm()
        },
      )
    })
  }
  arm()
  const release = async (): Promise<void> => {
    stop()
    over = true
    await tier.release(wire, token).catch((error: unknown) => {
      // It lapses by itself after its ttl.
      core.failed('A lock could not be given up.', error)
    })
  }
  return { fence, signal: lost.signal, release, [Symbol.asyncDispose]: release }
}
