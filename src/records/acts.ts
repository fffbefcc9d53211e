// The acts of the store contract on one record, as pure functions: for stores that can replace a record as a whole and only
// if nobody was faster (compare-and-swap, a lock, a transaction). The Redis store has the same acts in Lua, the memory store
// on objects; the contract suite holds all of them to the same answers.
//
// Words: a record is `alive` when it holds a value whose deadAt has not passed. A dead value may still lie there while the
// lease of its refresh lasts: it must not take the lease with it. `now` and all times are the store's.
import type { Entry } from '../base/record.ts'
import type { AcquireRequest, Ending, Write } from '../base/store.ts'
import { processOf, type Token } from '../base/token.ts'
import { markText } from '../codec/record.ts'
import type { Intent } from '../codec/record-layout.ts'
import { type Held, held } from './held.ts'

/** What an act answers and what is to become of the record. */
export interface Change<A> {
  readonly answer: A
  /** `undefined` leaves it as it is, `null` removes it. */
  readonly next?: Held | null
  /** Processes to be told that they should look again. */
  readonly wake?: readonly string[]
  /** A lease that was taken away: its holder's process is told. */
  readonly doomed?: Token | undefined
}

/** An abandoned lease is forgotten after this many of its lengths. */
const LEASES_UNTIL_FORGOTTEN = 4

function isAlive(record: Held | undefined, now: number): record is Held & { entry: object } {
  return record?.entry !== undefined && record.entry.deadAt > now
}

/**
 * Until when the store must keep a record: for its value, or for the lease on it and whoever waits.
 *
 * @param before until when it was to be kept so far
 * @param leaseMs when the lease has just been given or renewed
 */
export function keepUntil(
  { entry, intents, lease, mark }: Held,
  now: number,
  before = 0,
  leaseMs?: number,
): number {
  const value = Math.max(entry?.deadAt ?? mark?.until ?? 0, ...intents.map(({ until }) => until))
  if (lease === undefined) return value
  if (leaseMs !== undefined) return Math.max(value, now + LEASES_UNTIL_FORGOTTEN * leaseMs)
  // A value that is swept from under its lease takes its own long time with it.
  if (entry === undefined)
    return Math.min(before, now + LEASES_UNTIL_FORGOTTEN * (lease.until - now))
  return Math.max(value, before)
}

/** The intents that are not over, but for that of one token. */
function standing(record: Held | undefined, now: number, except?: Token): readonly Intent[] {
  return (record?.intents ?? []).filter(({ token, until }) => until > now && token !== except)
}

/**
 * A value, or none, beside the intents that stand. It ends with the first of them at the latest: a transaction may still
 * change what it was made of.
 */
function beside(intents: readonly Intent[], value: Held | undefined, now: number): Held | null {
  if (intents.length === 0) return isAlive(value, now) ? { ...value, intents } : null
  const first = Math.min(...intents.map(({ until }) => until))
  if (value?.entry === undefined) return held({ intents })
  const { freshUntil, deadAt } = value.entry
  const times = { freshUntil: Math.min(freshUntil, first), deadAt: Math.min(deadAt, first) }
  if (times.deadAt <= now) return held({ intents })
  return held({ entry: { ...value.entry, ...times }, payload: value.payload, intents })
}

/**
 * A transaction announces itself: whatever was there goes, and nobody may load until the intent is gone. Announced again, it
 * lasts longer, and what was written since it was announced first stays.
 */
export function announce(
  record: Held | undefined,
  token: Token,
  forMs: number,
  now: number,
): Change<void> {
  const isKnown = standing(record, now).some((intent) => intent.token === token)
  const intents = [...standing(record, now, token), { token, until: now + forMs }]
  return {
    answer: undefined,
    next: beside(intents, isKnown ? record : undefined, now),
    wake: record?.waiters ?? [],
    doomed: record?.lease?.token,
  }
}

/** The intent goes; a value that was written meanwhile stays, and is like any other after the last intent. */
export function retract(record: Held | undefined, token: Token, now: number): Change<void> {
  if (!standing(record, now).some((intent) => intent.token === token)) return { answer: undefined }
  const intents = standing(record, now, token)
  return { answer: undefined, next: beside(intents, record, now) }
}

export type AcquireAnswer =
  | { readonly outcome: 'hit'; readonly record: Held }
  | { readonly outcome: 'busy'; readonly holder: Token; readonly remainingMs: number }
  | { readonly outcome: 'lease'; readonly stolen: boolean }
  | { readonly outcome: 'bypass' }

export function acquire(
  record: Held | undefined,
  request: AcquireRequest,
  now: number,
): Change<AcquireAnswer> {
  const { token, leaseMs, stamp, need, seen } = request
  const alive = isAlive(record, now)
  if (alive && record.entry.rev !== seen) return { answer: { outcome: 'hit', record } }

  const mark = record?.mark
  const isRefused = mark?.kind === 'uncacheable' && mark.until > now
  if (isRefused || standing(record, now).length > 0) return { answer: { outcome: 'bypass' } }

  // The caller's own token: its first ACQUIRE arrived and the answer was lost.
  const other = record?.lease?.token === token ? undefined : record?.lease
  if (record !== undefined && other !== undefined && other.until > now && other.stamp >= need) {
    const process = processOf(token)
    const waiters = record.waiters.includes(process) ? record.waiters : [...record.waiters, process]
    const answer = { outcome: 'busy', holder: other.token, remainingMs: other.until - now } as const
    if (waiters === record.waiters) return { answer }
    return { answer, next: { ...record, waiters } }
  }
  // Free, lapsed, or loading what is already invalid. A dead value goes, whoever waits stays.
  const lease = { token, until: now + leaseMs, stamp }
  const waiters = record?.waiters ?? []
  return {
    answer: { outcome: 'lease', stolen: other !== undefined },
    next: alive ? { ...record, intents: [], lease } : held({ lease, waiters }),
    doomed: other?.token,
  }
}

/** Stores what the holder of `token` loaded. */
export function commit(
  record: Held | undefined,
  token: Token,
  value: Held,
  now: number,
): Change<boolean> {
  if (record?.lease?.token !== token) return { answer: false }
  return { answer: true, next: isAlive(value, now) ? value : null, wake: record.waiters }
}

export function renew(
  record: Held | undefined,
  token: Token,
  leaseMs: number,
  now: number,
): Change<boolean> {
  if (record?.lease?.token !== token) return { answer: false }
  const lease = { ...record.lease, until: now + leaseMs }
  return { answer: true, next: { ...record, lease } }
}

/** The lease goes, a value that lives stays, the waiters look again. Where no value lives, a mark may take its place. */
export function release(
  record: Held | undefined,
  token: Token,
  ending: Ending | undefined,
  now: number,
): Change<void> {
  if (record?.lease?.token !== token) return { answer: undefined }
  const wake = record.waiters
  if (isAlive(record, now))
    return { answer: undefined, next: { ...record, lease: undefined, waiters: [] }, wake }
  if (ending === undefined || !(ending.forMs > 0)) return { answer: undefined, next: null, wake }
  const { kind, stamp, text, forMs } = ending
  const mark = { kind, stamp, text: markText(text), token, until: now + forMs }
  return { answer: undefined, next: held({ mark }), wake }
}

/** A value written by hand beats a load in flight. Answers what stood in the way. */
export function write(
  record: Held | undefined,
  value: Held,
  when: Write['when'],
  now: number,
): Change<{ readonly written: boolean; readonly found: Held | undefined }> {
  const alive = isAlive(record, now)
  if (when === 'absent' && alive) return { answer: { written: false, found: record } }
  if (typeof when === 'object' && !(alive && record.entry.rev === when.rev))
    return { answer: { written: false, found: alive ? record : undefined } }
  return {
    answer: { written: true, found: undefined },
    next: beside(standing(record, now), value, now),
    wake: record?.waiters ?? [],
    doomed: record?.lease?.token,
  }
}

/**
 * Answers what was removed. With `rev` every other value is spared, and so is a lease: whoever sweeps an invalid value away
 * has nothing against the load that replaces it. Intents stay, save that of `intent`.
 */
export function remove(
  record: Held | undefined,
  { rev, intent }: { readonly rev?: Token | undefined; readonly intent?: Token | undefined },
  now: number,
): Change<Held | undefined> {
  if (record === undefined) return { answer: undefined }
  if (rev !== undefined && record.entry?.rev !== rev) return { answer: undefined }
  const { entry, lease, waiters } = record
  if (rev !== undefined && lease !== undefined && lease.until > now)
    return { answer: record, next: held({ lease, waiters }) }
  // A mark, and intents without a value, are nothing that anybody misses.
  const isNothing = entry === undefined && (record.mark !== undefined || record.intents.length > 0)
  return {
    answer: isNothing ? undefined : record,
    next: beside(standing(record, now, intent), undefined, now),
    wake: waiters,
    doomed: lease?.token,
  }
}

/** Only a fresh value gets new times; answers the record as it was. */
export function touch(
  record: Held | undefined,
  times: Pick<Entry, 'freshUntil' | 'deadAt'>,
  now: number,
): Change<Held | undefined> {
  if (!isAlive(record, now)) return { answer: undefined }
  if (record.entry.freshUntil <= now) return { answer: record }
  const entry = { ...record.entry, freshUntil: times.freshUntil, deadAt: times.deadAt }
  const intents = standing(record, now)
  if (intents.length > 0)
    return { answer: record, next: beside(intents, { ...record, entry }, now) }
  if (entry.deadAt <= now && record.lease === undefined) return { answer: record, next: null }
  return { answer: record, next: { ...record, intents, entry } }
}

export type IncrementAnswer =
  | { readonly outcome: 'missing' }
  | { readonly outcome: 'notNumber'; readonly found: Held }
  | { readonly outcome: 'done'; readonly value: number | bigint; readonly found: Held }

// The integers of the codec: 'i' a number, 'n' a bigint, then decimal text.
const INTEGER = /^[in]-?\d+$/

/** Adds to an integer in place; exact at any size. */
export function increment(
  record: Held | undefined,
  delta: bigint,
  now: number,
): Change<IncrementAnswer> {
  if (!isAlive(record, now)) return { answer: { outcome: 'missing' } }
  const text = record.payload.toString('latin1')
  if (!INTEGER.test(text)) return { answer: { outcome: 'notNumber', found: record } }
  const sum = BigInt(text.slice(1)) + delta
  const isNumber = text.startsWith('i') && Number.isSafeInteger(Number(sum))
  const payload = Buffer.from(`${isNumber ? 'i' : 'n'}${sum}`)
  const value = isNumber ? Number(sum) : sum
  return {
    answer: { outcome: 'done', value, found: record },
    next: { ...record, payload },
  }
}
