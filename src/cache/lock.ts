import { CacheError, isOutage } from '../base/errors.ts'
import type { CacheCore } from './core.ts'
import { untilSettled } from './until-settled.ts'

const LEFT_BEHIND = 'A lock could not be given up.'

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
  const { signal, ttlMs } = options
  for (;;) {
    signal?.throwIfAborted()
    const waiter = waiters.register(wire)
    let asked = false
    try {
      asked = true
      const request = { token, leaseMs: ttlMs, seen: undefined, stamp: 0, need: 0 }
      const acquired = await tier.acquire(wire, request, { signal })
      if (acquired.outcome === 'lease') {
        const fence = await tier.bump([], { signal })
        const renewedAt = clock.now()
        if (await tier.renew(wire, token, ttlMs))
          return hold(core, wire, token, fence, { ttlMs, heldUntil: renewedAt + ttlMs })
        continue
      }
      asked = false
      const left = giveUpAt - clock.now()
      const lapse = acquired.outcome === 'busy' ? acquired.remainingMs : 1
      if (left <= 0)
        throw new CacheError('E_LOCKED', `The lock '${key}' is held by another.`, { key })
      await untilSettled(waiter.wait(Math.max(1, Math.min(left, lapse))), signal, clock, Infinity)
    } catch (error) {
      // Whoever gave up, or could not be answered, may hold it all the same: the others need not wait until it lapses.
      if (asked) core.runInBackground(tier.release(wire, token).catch(toldAlready), LEFT_BEHIND)
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
  { ttlMs, heldUntil }: { readonly ttlMs: number; readonly heldUntil: number },
): Lock {
  const { clock, tier } = core
  const lost = new AbortController()
  let over = false
  let stopRenewing = (): void => {}
  let stopLosing = (): void => {}
  const end = (): void => {
    over = true
    stopRenewing()
    stopLosing()
  }
  const lose = (): void => {
    end()
    lost.abort(new CacheError('E_LOCKED', 'The lock was lost: it could not be renewed in time.'))
  }
  // Counted from when the store was asked, and whether or not it answers: the holder must know no later than the next one.
  const keepUntil = (until: number): void => {
    stopLosing()
    stopLosing = clock.after(Math.max(0, until - clock.now()), lose)
  }
  const arm = (): void => {
    stopRenewing = clock.after(ttlMs / 3, () => {
      const asked = clock.now()
      tier.renew(wire, token, ttlMs).then(
        (held) => {
          if (over) return
          if (!held) return lose()
          keepUntil(asked + ttlMs)
          arm()
        },
        () => {
          if (!over) arm()
        },
      )
    })
  }
  keepUntil(heldUntil)
  arm()
  const release = async (): Promise<void> => {
    end()
    await giveUp(core, wire, token)
  }
  return { fence, signal: lost.signal, release, [Symbol.asyncDispose]: release }
}

function toldAlready(): void {}

async function giveUp(core: CacheCore, wire: string, token: string): Promise<void> {
  await core.tier.release(wire, token).catch((error: unknown) => {
    // It lapses by itself after its ttl.
    core.failed(LEFT_BEHIND, error)
  })
}
