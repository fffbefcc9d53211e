// The generations of one prefix as a value: what lies in their file, and what each act makes of it.
import type { Field, Generations, Stamp } from '../base/generation.ts'
import type { Token } from '../base/token.ts'

/** Beyond it the older half of the fields is folded into the floor: misses, never staleness. */
export const MAX_FIELDS = 8192

export interface Stamps {
  readonly clock: Stamp
  readonly floor: Stamp
  /** In the order of their stamps. */
  readonly bumps: ReadonlyMap<Field, Stamp>
  /** Ends of intents in milliseconds, by field and token. */
  readonly intents: ReadonlyMap<Field, ReadonlyMap<Token, number>>
  /**
   * The run of the machine to which this is tied: after another start of it nothing says that the last renames have reached
   * the disk. Empty when all of them were waited for.
   */
  readonly boot: string
}

/** Nothing of before counts. */
export function newStamps(now: number, after: Stamp, boot: string): Stamps {
  const clock = Math.max(Math.floor(now * 1000), after + 1)
  return { clock, floor: clock, bumps: new Map(), intents: new Map(), boot }
}

export function generationsOf(
  { clock, floor, bumps }: Stamps,
  fields: readonly Field[],
): Generations {
  const found = new Map<Field, Stamp>()
  for (const field of fields) {
    const stamp = bumps.get(field)
    if (stamp !== undefined) found.set(field, stamp)
  }
  return { clock, floor, bumps: found }
}

/** Whether an intent is over, so that readers must not be answered before it has become a bump. */
export function isDue({ intents }: Stamps, now: number): boolean {
  for (const ends of intents.values()) for (const end of ends.values()) if (end <= now) return true
  return false
}

/** Intents that are over become bumps, all with one new stamp. */
export function settle(stamps: Stamps, now: number): Stamps {
  if (!isDue(stamps, now)) return stamps
  const due: Field[] = []
  const intents = new Map<Field, ReadonlyMap<Token, number>>()
  for (const [field, ends] of stamps.intents) {
    const standing = new Map([...ends].filter(([, end]) => end > now))
    if (standing.size < ends.size) due.push(field)
    if (standing.size > 0) intents.set(field, standing)
  }
  return issue({ ...stamps, intents }, due, now)
}

export function bump(
  stamps: Stamps,
  fields: readonly Field[],
  now: number,
  intent?: Token,
): Stamps {
  const settled = settle(stamps, now)
  return issue(intent === undefined ? settled : drop(settled, fields, intent), fields, now)
}

export function intend(
  stamps: Stamps,
  fields: readonly Field[],
  token: Token,
  until: number,
  now: number,
): Stamps {
  const settled = settle(stamps, now)
  const intents = new Map(settled.intents)
  for (const field of fields)
    intents.set(field, new Map([...(intents.get(field) ?? []), [token, until]]))
  return { ...settled, intents }
}

export function withdraw(
  stamps: Stamps,
  fields: readonly Field[],
  token: Token,
  now: number,
): Stamps {
  return drop(settle(stamps, now), fields, token)
}

function issue(stamps: Stamps, fields: readonly Field[], now: number): Stamps {
  const clock = Math.max(stamps.clock + 1, Math.floor(now * 1000))
  const bumps = new Map(stamps.bumps)
  for (const field of fields) {
    bumps.delete(field)
    bumps.set(field, clock)
  }
  return bounded({ ...stamps, clock, bumps }, MAX_FIELDS)
}

/** With so many stamps at most: of what was bumped longest ago only the newest stamp is kept, as the floor. */
export function bounded(stamps: Stamps, maxFields: number): Stamps {
  if (stamps.bumps.size <= maxFields) return stamps
  const bumps = new Map(stamps.bumps)
  let { floor } = stamps
  for (const [field, stamp] of stamps.bumps) {
    if (bumps.size <= maxFields / 2) break
    bumps.delete(field)
    floor = Math.max(floor, stamp)
  }
  return { ...stamps, bumps, floor }
}

function drop(stamps: Stamps, fields: readonly Field[], token: Token): Stamps {
  const intents = new Map(stamps.intents)
  for (const field of fields) {
    const rest = new Map(intents.get(field))
    if (!rest.delete(token)) continue
    if (rest.size > 0) intents.set(field, rest)
    else intents.delete(field)
  }
  return { ...stamps, intents }
}

export function encodeStamps({ clock, floor, bumps, intents, boot }: Stamps): Buffer {
  const ends = [...intents].map(([field, tokens]) => [field, [...tokens]])
  return Buffer.from(JSON.stringify({ clock, floor, bumps: [...bumps], intents: ends, boot }))
}

/** @param bytes what {@link encodeStamps} made: a checksum has been compared */
export function decodeStamps(bytes: Buffer): Stamps {
  const { clock, floor, bumps, intents, boot } = JSON.parse(bytes.toString()) as {
    clock: Stamp
    floor: Stamp
    bumps: [Field, Stamp][]
    intents: [Field, [Token, number][]][]
    boot: string
  }
  const ends = intents.map(([field, tokens]) => [field, new Map(tokens)] as const)
  return { clock, floor, bumps: new Map(bumps), intents: new Map(ends), boot }
}
