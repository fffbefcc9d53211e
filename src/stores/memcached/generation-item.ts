// All generations of a prefix lie in one item on one server, changed by compare-and-swap. So they are read in one moment and
// lost as one: if the item is gone, whatever was stored before counts as invalid.
import { setTimeout } from 'node:timers/promises'
import { CacheError } from '../../base/errors.ts'
import type { Stamp } from '../../base/generation.ts'
import type { Operation } from '../../base/store.ts'
import { flagOf, type Command } from './reply.ts'
import type { Server } from './server.ts'
import { bounded, encodeStamps, isDue, settle, type Stamps } from '../../records/stamps.ts'
import { firstStamps, stampsIn } from './stamps.ts'
import { untilAborted } from '../../base/until-aborted.ts'

const MAX_ATTEMPTS = 500

/** The item may be 1 MiB by default, and every invalidation rewrites it. */
const MAX_BYTES = 256 * 1024

/** What was read, and what it takes to replace just that. */
interface Seen {
  readonly epoch: number
  /** `undefined` when there is no item. */
  readonly cas: string | undefined
  /** `undefined` when there is no item, or one that is not ours. */
  readonly stamps: Stamps | undefined
}

export class GenerationItem {
  readonly server: Server
  readonly #key: string
  readonly #now: () => number
  readonly #maxFields: number
  /** The last that was read: while its CAS number is the same, it need not be sent again. */
  #seen: Seen | undefined
  #newest: Stamp = 0
  /** Changes of this process one after the other: they would only get into each other's way. */
  #last: Promise<unknown> = Promise.resolve()
  #queued: Promise<Stamps> | undefined

  constructor(server: Server, prefix: string, now: () => number, maxFields: number) {
    this.server = server
    this.#key = generationKey(prefix)
    this.#now = now
    this.#maxFields = maxFields
  }

  /** As they are now; they are made when there are none. */
  async read(operation: Operation): Promise<Stamps> {
    const { stamps } = await this.#look(operation)
    if (stamps !== undefined && !isDue(stamps, this.#now())) return stamps
    return await untilAborted(this.#settled(), operation.signal)
  }

  /** Answers what the act made of them. */
  async change(act: (stamps: Stamps) => Stamps, operation: Operation): Promise<Stamps> {
    const before = this.#last
    const done = (async () => {
      await before
      return await this.#change(act, operation)
    })()
    this.#last = done.catch(() => {})
    return await done
  }

  /** All who find none, or an intent that is over, share the next change; one whose look has begun is too old for them. */
  #settled(): Promise<Stamps> {
    if (this.#queued !== undefined) return this.#queued
    const before = this.#last
    const done = (async () => {
      await before
      this.#queued = undefined
      return await this.#change((found) => settle(found, this.#now()), {})
    })()
    this.#queued = done
    this.#last = done.catch(() => {})
    return done
  }

  async #change(act: (stamps: Stamps) => Stamps, operation: Operation): Promise<Stamps> {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const { epoch, cas, stamps } = await this.#look(operation)
      const found = stamps ?? firstStamps(this.#now(), this.#newest)
      let next = bounded(act(found), this.#maxFields)
      if (next === stamps) return next
      let body = encodeStamps(next)
      while (body.length > MAX_BYTES && next.bumps.size > 0) {
        next = bounded(next, next.bumps.size - 1)
        body = encodeStamps(next)
      }
      const how = cas === undefined ? 'ME' : `C${cas}`
      const command: Command = { line: `ms ${this.#key} ${body.length} T0 c ${how}`, body }
      const answer = await this.server.run([command], operation, epoch)
      const reply = answer?.replies[0]
      if (reply?.code === 'HD') {
        this.#see({ epoch, cas: flagOf(reply, 'c'), stamps: next })
        return next
      }
      if (attempt > 2) await setTimeout(Math.random() * Math.min(attempt, 20))
    }
    throw new CacheError(
      'E_STORE_REFUSED',
      `The generations in ${this.#key} changed ${MAX_ATTEMPTS} times while they were to be changed. Nothing was done.`,
    )
  }

  async #look(operation: Operation): Promise<Seen> {
    const seen = this.#seen
    if (seen?.cas !== undefined) {
      const same = await this.server.run([{ line: `mg ${this.#key} c` }], operation, seen.epoch)
      const reply = same?.replies[0]
      if (reply?.code === 'HD' && flagOf(reply, 'c') === seen.cas) return seen
    }
    const answer = await this.server.run([{ line: `mg ${this.#key} c v` }], operation)
    const reply = answer?.replies[0]
    const epoch = answer?.epoch ?? 0
    if (reply?.body === undefined) return { epoch, cas: undefined, stamps: undefined }
    return this.#see({ epoch, cas: flagOf(reply, 'c'), stamps: stampsIn(reply.body) })
  }

  #see(seen: Seen): Seen {
    this.#seen = seen
    this.#newest = Math.max(this.#newest, seen.stamps?.clock ?? 0)
    return seen
  }
}

/** No wire key is the same: those have two colons. */
export function generationKey(prefix: string): string {
  return `${prefix}:{gen}`
}
