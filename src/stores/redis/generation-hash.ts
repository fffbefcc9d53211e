// Where the generations of a prefix are kept: one hash. Its name has a hash tag, so that in a cluster it is one slot.
import { CacheError } from '../../base/errors.ts'
import type { Field, Generations, Stamp } from '../../base/generation.ts'
import type { Token } from '../../base/token.ts'
import { BUMP, INIT, INTEND, WITHDRAW } from './lua/generations.ts'
import type { Command, Reply } from './port.ts'
import type { ScriptCall } from './script.ts'

const PLAIN = /^\d+$/
const WITH_INTENTS = /^(\d*):([^ ,]+ \d+(?:,[^ ,]+ \d+)*)$/
const INTENT_END = / (\d+)/g
/** Of a field that has intents and was never bumped: `Number('')`. */
const NO_STAMP = 0
const GRACE_MS = 1_000

export class GenerationHash {
  readonly key: string
  /** The log of invalidations, and those who read it: in the same slot. */
  readonly logKey: string
  readonly readersKey: string
  readonly #keys: readonly string[]
  readonly #serverNow: () => number
  /** Where readers of the log are told. */
  readonly #channel: string
  #watchedUntil = 0

  /** @param serverNow the server's time in milliseconds, as far as it is known here */
  constructor(prefix: string, channel: string, serverNow: () => number) {
    this.key = `${prefix}:{g0}:gen`
    this.logKey = `${prefix}:{g0}:log`
    this.#keys = [this.key, this.logKey]
    this.readersKey = `${prefix}:{g0}:near`
    this.#serverNow = serverNow
    this.#channel = channel
  }

  read(fields: readonly Field[]): Command {
    return ['HMGET', this.key, '#', '!', '@', ...fields]
  }

  /** Makes the hash, makes bumps of intents that are over, and answers as {@link read} does. */
  init(fields: readonly Field[]): ScriptCall {
    return INIT.callOn(this.#keys, this.#channel, ...fields)
  }

  bump(fields: readonly Field[], intent: Token = ''): ScriptCall {
    return BUMP.callOn(this.#keys, this.#channel, intent, ...fields)
  }

  intend(fields: readonly Field[], token: Token, forMs: number): ScriptCall {
    return INTEND.callOn(
      this.#keys,
      this.#channel,
      token,
      String(Math.ceil(forMs * 1000)),
      ...fields,
    )
  }

  withdraw(fields: readonly Field[], token: Token): ScriptCall {
    return WITHDRAW.callOn(this.#keys, this.#channel, token, ...fields)
  }

  /**
   * The reply to {@link read} or {@link init}; `undefined` when {@link init} must be asked: there is no hash, an intent seems
   * to be over, or a value cannot be read.
   */
  decode(reply: Reply | undefined, fields: readonly Field[]): Generations | undefined {
    if (reply instanceof Error) throw this.#occupied(reply)
    const [clock, floor, watched, ...stamps] = reply as readonly (Buffer | string | null)[]
    if (clock == null || floor == null) return undefined
    this.watches(watched)
    const bumps = new Map<Field, Stamp>()
    for (const [index, field] of fields.entries()) {
      const value = stamps[index]
      if (value == null) continue
      const stamp = this.#stampOf(String(value))
      if (stamp === undefined) return undefined
      if (stamp !== NO_STAMP) bumps.set(field, stamp)
    }
    return { clock: Number(String(clock)), floor: Number(String(floor)), bumps }
  }

  get serverNow(): number {
    return this.#serverNow()
  }

  /**
   * Somebody reads the log, by the latest that was heard of it. Heard of in the very round trip of an act, it says whether the
   * act is to be written down. A second longer than it stands there: our idea of the server's time may be ahead.
   */
  get isWatched(): boolean {
    return this.#watchedUntil + GRACE_MS > this.#serverNow()
  }

  /** Takes note of until when the log is read, and answers whether it is now. */
  watches(reply: Reply | undefined): boolean {
    const until = reply == null ? 0 : Number(String(reply))
    if (until > this.#watchedUntil) this.#watchedUntil = until
    return until > this.#serverNow()
  }

  /** The reply to {@link bump}. */
  decodeStamp(reply: Reply | undefined): Stamp {
    if (reply instanceof Error) throw this.#occupied(reply)
    return Number(String(reply))
  }

  /** `undefined` for what the server must decide. */
  #stampOf(value: string): Stamp | undefined {
    if (PLAIN.test(value)) return Number(value)
    const parts = WITH_INTENTS.exec(value)
    if (parts === null) return undefined
    const now = this.#serverNow() * 1000
    for (const [, end] of (parts[2] as string).matchAll(INTENT_END)) {
      if (Number(end) <= now) return undefined
    }
    return Number(parts[1])
  }

  /** @throws {CacheError} unless the reply is one of a hash */
  checkReply(reply: Reply | undefined): void {
    if (reply instanceof Error) throw this.#occupied(reply)
  }

  // The only error that gets here: others concern no key and were thrown before.
  #occupied(error: Error): CacheError {
    return new CacheError(
      'E_STORE_REFUSED',
      `The key ${this.key} should be the hash of generations and is something else. Remove it or choose another prefix.`,
      { cause: error },
    )
  }
}

/**
 * Of one hash, read on several connections at about the same time. The earliest clock and the latest stamps: an entry can
 * only look less valid than it is.
 */
export function mergeGenerations(all: readonly Generations[]): Generations {
  const [first, ...rest] = all as [Generations, ...Generations[]]
  if (rest.length === 0) return first
  const bumps = new Map(first.bumps)
  let { clock, floor } = first
  for (const other of rest) {
    clock = Math.min(clock, other.clock)
    floor = Math.max(floor, other.floor)
    for (const [field, stamp] of other.bumps) {
      if (stamp > (bumps.get(field) ?? 0)) bumps.set(field, stamp)
    }
  }
  return { clock, floor, bumps }
}
