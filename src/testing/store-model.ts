// The contract of a store as a few lines over one Map, by which real stores are judged: what they answer, what they hold
// after each act, and whom they told of it.
import type { Field, Stamp } from '../base/generation.ts'
import type { Entry, Lease, Mark, StoreRecord } from '../base/record.ts'
import type { AcquireRequest, Ending, Write } from '../base/store.ts'
import { processOf, type Token } from '../base/token.ts'

const LEASES_UNTIL_FORGOTTEN = 4

interface Held {
  entry: Entry | undefined
  lease: (Lease & { readonly deadAt: number }) | undefined
  /** With nothing beside it. */
  mark?: Mark
  waiters: ReadonlySet<string>
}

export class StoreModel {
  /** What each process must have heard by the end, by the name of its inbox. */
  readonly heard: Map<string, string[]> = new Map()
  readonly bumps: Map<Field, Stamp> = new Map()
  readonly #held = new Map<string, Held>()
  /** Until when they stand, by key or field, then by token. */
  readonly #intents = new Map<string, Map<Token, number>>()

  /** What lives under a key. */
  look(key: string, now: number): Held | undefined {
    const held = this.#held.get(key)
    if (held === undefined) return undefined
    if (held.entry !== undefined && held.entry.deadAt <= now) held.entry = undefined
    if (held.entry !== undefined || (held.lease?.deadAt ?? 0) > now) return held
    if ((held.mark?.until ?? 0) > now) return held
    this.#held.delete(key)
    return undefined
  }

  write({ key, entry, when }: Write, now: number): boolean {
    const rev = this.look(key, now)?.entry?.rev
    if (when === 'absent' && rev !== undefined) return false
    if (typeof when === 'object' && rev !== when.rev) return false
    this.#end(key, this.look(key, now))
    const cut = this.#cut(key, entry, now)
    this.#held.set(key, { entry: cut, lease: undefined, waiters: new Set() })
    return true
  }

  /**
   * Answers the rev of what was removed, `'lease'` for a lease alone; nothing for a mark.
   *
   * @param intent goes too
   */
  remove(
    key: string,
    rev: Token | undefined,
    now: number,
    intent: Token | undefined,
  ): string | undefined {
    if (intent !== undefined) this.withdraw(key, intent, now)
    const held = this.look(key, now)
    if (held === undefined || (rev !== undefined && held.entry?.rev !== rev)) return undefined
    const removed = held.entry?.rev ?? (held.mark === undefined ? 'lease' : undefined)
    if (rev !== undefined && held.lease !== undefined && held.lease.until > now) {
      held.entry = undefined
      return removed
    }
    this.#end(key, held)
    return removed
  }

  touch(key: string, freshUntil: number, deadAt: number, now: number): Token | undefined {
    const held = this.look(key, now)
    if (held?.entry === undefined) return undefined
    const { rev } = held.entry
    if (held.entry.freshUntil > now)
      held.entry = this.#cut(key, { ...held.entry, freshUntil, deadAt }, now)
    return rev
  }

  increment(key: string, delta: bigint, now: number): number | bigint | 'missing' | 'notNumber' {
    const held = this.look(key, now)
    if (held?.entry === undefined) return 'missing'
    const { value } = held.entry
    if (typeof value !== 'bigint' && !Number.isSafeInteger(value)) return 'notNumber'
    const total = BigInt(value as number | bigint) + delta
    const fits = typeof value === 'number' && Number.isSafeInteger(Number(total))
    const sum = fits ? Number(total) : total
    held.entry = { ...held.entry, value: sum }
    return sum
  }

  acquire(key: string, request: AcquireRequest, now: number): string {
    const found = this.look(key, now)
    if (found?.mark?.kind === 'uncacheable') return 'bypass'
    const standing = this.#standing(key, now).size > 0
    if (standing && (found?.entry === undefined || found.entry.rev === request.seen))
      return 'bypass'
    const held =
      found === undefined || found.mark !== undefined
        ? { entry: undefined, lease: undefined, waiters: new Set<string>() }
        : found
    const { entry, lease } = held
    const { leaseMs, need, seen, stamp, token } = request
    if (entry !== undefined && entry.rev !== seen) return 'hit'
    if (lease !== undefined && lease.until > now && lease.stamp >= need) {
      held.waiters = new Set([...held.waiters, processOf(token)])
      return `busy ${lease.token}`
    }
    if (lease !== undefined) this.#tell(processOf(lease.token), `doom ${lease.token}`)
    const deadAt = now + LEASES_UNTIL_FORGOTTEN * leaseMs
    held.lease = { token, stamp, until: now + leaseMs, deadAt }
    this.#held.set(key, held)
    return lease === undefined ? 'lease' : 'lease, stolen'
  }

  commit(key: string, token: Token, entry: Entry, now: number): boolean {
    const held = this.look(key, now)
    if (held?.lease?.token !== token) return false
    this.#end(key, { ...held, lease: undefined })
    this.#held.set(key, { entry, lease: undefined, waiters: new Set() })
    return true
  }

  renew(key: string, token: Token, leaseMs: number, now: number): boolean {
    const held = this.look(key, now)
    if (held?.lease?.token !== token) return false
    const deadAt = now + LEASES_UNTIL_FORGOTTEN * leaseMs
    held.lease = { ...held.lease, until: now + leaseMs, deadAt }
    return true
  }

  release(key: string, token: Token, ending: Ending | undefined, now: number): void {
    const held = this.look(key, now)
    if (held?.lease?.token !== token) return
    const { entry } = held
    this.#end(key, { ...held, lease: undefined })
    const nothing = { entry: undefined, lease: undefined, waiters: new Set<string>() }
    if (entry !== undefined) this.#held.set(key, { ...nothing, entry })
    else if (ending !== undefined && ending.forMs > 0) {
      const { forMs, ...rest } = ending
      this.#held.set(key, { ...nothing, mark: { ...rest, token, until: now + forMs } })
    }
  }

  intendKey(key: string, token: Token, until: number, now: number): void {
    const standing = this.#standing(key, now)
    if (!standing.has(token)) this.#end(key, this.look(key, now))
    standing.set(token, until)
  }

  intendField(field: Field, token: Token, until: number): void {
    const standing = this.#intents.get(field) ?? new Map<Token, number>()
    this.#intents.set(field, standing)
    standing.set(token, until)
  }

  /** Of a key, or of a field whose intents that are over have been seen to be bumps. */
  withdraw(where: string, token: Token, now: number): void {
    this.#standing(where, now).delete(token)
  }

  /**
   * Whether a store's stamp of a field is right. What an intent that is over has become only the store knows exactly; it is
   * not older than the intent's end.
   */
  isStamp(field: Field, stamp: Stamp | undefined, clock: Stamp, now: number): boolean {
    const intents = [...(this.#intents.get(field)?.values() ?? [])]
    const over = Math.max(...intents.filter((until) => until <= now))
    const known = this.bumps.get(field)
    if (over === -Infinity) return stamp === known
    this.#standing(field, now)
    if (stamp === undefined || stamp < over * 1000 || stamp > clock) return false
    if (known !== undefined && stamp < known) return false
    this.bumps.set(field, stamp)
    return true
  }

  /** What a store must show under a key, in a form that can be compared. */
  shown(key: string, now: number): unknown {
    const held = this.look(key, now)
    if (held !== undefined) return essenceOf({ ...held, undecodable: undefined })
    if (this.#standing(key, now).size === 0) return undefined
    const mark: Mark = { kind: 'intent', token: '', stamp: 0, until: 0, text: '' }
    return essenceOf({ entry: undefined, lease: undefined, mark, undecodable: undefined })
  }

  /** The intents of a key or field that are not over; to be changed in place. */
  #standing(where: string, now: number): Map<Token, number> {
    const all = this.#intents.get(where) ?? []
    const standing = new Map([...all].filter(([, until]) => until > now))
    this.#intents.set(where, standing)
    return standing
  }

  #cut(key: string, entry: Entry, now: number): Entry {
    const end = Math.min(...this.#standing(key, now).values())
    const { freshUntil, deadAt } = entry
    return { ...entry, freshUntil: Math.min(freshUntil, end), deadAt: Math.min(deadAt, end) }
  }

  // Whatever is there goes: its holder loads in vain, and those who wait look again.
  #end(key: string, held: Held | undefined): void {
    if (held === undefined) return
    this.#held.delete(key)
    if (held.lease !== undefined) {
      this.#tell(processOf(held.lease.token), `doom ${held.lease.token}`)
    }
    for (const waiter of held.waiters) this.#tell(waiter, `wake ${key}`)
  }

  #tell(processId: string, message: string): void {
    this.heard.set(processId, [...(this.heard.get(processId) ?? []), message])
  }
}

/** A record without what a store may know with an error only: the moments, of which it is said whether they are finite. */
export function essenceOf({ entry, lease, mark }: StoreRecord): unknown {
  return {
    entry: entry && {
      value: entry.value,
      tags: [...entry.tags],
      stamp: entry.stamp,
      rev: entry.rev,
      loadMs: entry.loadMs,
      endless: [entry.freshUntil === Infinity, entry.deadAt === Infinity],
    },
    lease: lease && { token: lease.token, stamp: lease.stamp },
    // Which of several intents is the newest one that still stands is nobody's concern.
    mark: mark && {
      kind: mark.kind,
      token: mark.kind === 'intent' ? undefined : mark.token,
      stamp: mark.stamp,
      text: mark.text,
    },
  }
}
