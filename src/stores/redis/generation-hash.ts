// Where the generations of a prefix are kept: one hash. Its name has a hash tag, so that in a cluster it is one slot.
import { CacheError } from '../../base/errors.ts'
import type { Field, Generations, Stamp } from '../../base/generation.ts'
import { BUMP, INIT } from './lua/generations.ts'
import type { Command, Reply } from './port.ts'
import type { ScriptCall } from './script.ts'

export class GenerationHash {
  readonly key: string

  constructor(prefix: string) {
    this.key = `${prefix}:{g0}:gen`
  }

  read(fields: readonly Field[]): Command {
    return ['HMGET', this.key, '#', '!', ...fields]
  }

  /** Makes the hash, and answers as {@link read} does. */
  init(fields: readonly Field[]): ScriptCall {
    return INIT.call(this.key, ...fields)
  }

  bump(fields: readonly Field[]): ScriptCall {
    return BUMP.call(this.key, ...fields)
  }

  /** The reply to {@link read} or {@link init}; `undefined` when there is no hash and {@link init} must make it. */
  decode(reply: Reply | undefined, fields: readonly Field[]): Generations | undefined {
    if (reply instanceof Error) throw this.#occupied(reply)
    const [clock, floor, ...stamps] = reply as readonly (Buffer | string | null)[]
    if (clock == null || floor == null) return undefined
    const bumps = new Map<Field, Stamp>()
    for (const [index, field] of fields.entries()) {
      const stamp = stamps[index]
      if (stamp != null) bumps.set(field, Number(String(stamp)))
    }
    return { clock: Number(String(clock)), floor: Number(String(floor)), bumps }
  }

  /** The reply to {@link bump}. */
  decodeStamp(reply: Reply | undefined): Stamp {
    if (reply instanceof Error) throw this.#occupied(reply)
    return Number(String(reply))
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
