import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import { pid } from 'node:process'
import { type Duration, toMs } from '../base/duration.ts'
import { optionError } from '../base/errors.ts'
import type { Measured } from '../base/measures.ts'
import { refuseUnknown } from '../base/suggest.ts'
import type { Cache } from '../cache/cache.ts'
import { TARGET } from '../cache/transaction.ts'
import { Member } from './member.ts'
import { Notes } from './notes.ts'
import type { FleetProcess } from './report.ts'

/** What `createCaches` returns. */
export interface FleetCaches {
  /** Those of its aliases that have been used. */
  opened(): readonly Measured[]
  toJSON(): { readonly aliases: readonly string[] }
}

/** How a process tells others of itself. */
export interface FleetOptions {
  /**
   * The alias in whose store the processes find each other; all of a fleet must mean the same store and prefix. Default: the
   * first whose store other processes can reach, `default` before the others. In memory the fleet is this process alone.
   */
  readonly through?: string
  /** What this process is called, such as `'worker'`; up to 64 characters. Default: nothing but host and pid. */
  readonly label?: string
  /** How often a process tells, while somebody looks. `'500ms'` to `'1m'`, the same in all processes; default `'2s'`. */
  readonly every?: Duration
  /** `false` only looks, as a tool does that is no part of the application. Default `true`. */
  readonly tells?: boolean
}

/** This process in its fleet. */
export interface FleetMember {
  /** Of this process, drawn at random when it joined. */
  readonly id: string
  /** How often it tells and reads, in milliseconds: asking {@link FleetMember.look} more often costs nothing and shows nothing new. */
  readonly everyMs: number
  /**
   * All processes that tell, this one included, by when they joined. What all viewers of this process ask for within one
   * interval is read once, and is the same list. Others begin to tell when they notice that somebody looks: the first look
   * shows this process alone, and after two intervals all are there. While the store is away, others fade. Never rejects.
   */
  look(): Promise<readonly FleetProcess[]>
  /** Why the others could not be told or read, when that was last tried; `undefined` while all is well. */
  readonly trouble: Error | undefined
  /** The others forget it at once; of a process that dies they do after six intervals at most. Closing the caches does it, too. */
  leave(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

interface Joined {
  readonly member: Member
  /** How many have joined and not left: the application, and what it mounts. */
  users: number
}

const OPTIONS = ['through', 'label', 'every', 'tells'] as const
const DEFAULT_EVERY = '2s'
const MIN_EVERY_MS = 500
const MAX_EVERY_MS = 60_000
const MOST_LABEL = 64

/** One process is one member of a fleet, however many parts of it join. */
const joined = new WeakMap<object, Map<string, Joined>>()

/**
 * Lets the processes of an application see each other's measures through one of their caches. While nobody looks, that costs
 * each process one small read every few seconds. Joining again with the same caches joins as the same member: the options
 * of the first one count.
 *
 * @throws {CacheError} `E_OPTION`; `E_ALIAS` for an unknown alias
 */
export function joinFleet(caches: FleetCaches, options: FleetOptions = {}): FleetMember {
  refuseUnknown('joinFleet', options, OPTIONS)
  const { label, tells = true } = options
  if (label !== undefined && !(typeof label === 'string' && /^.{1,64}$/su.test(label)))
    throw optionError('label', `a text of 1 to ${MOST_LABEL} characters`, label)
  if (typeof tells !== 'boolean') throw optionError('tells', 'true or false', tells)
  const everyMs = toMs(options.every ?? DEFAULT_EVERY, 'every')
  if (!(everyMs >= MIN_EVERY_MS && everyMs <= MAX_EVERY_MS))
    throw optionError('every', "'500ms' to '1m'", options.every)
  const through = options.through ?? reachableAlias(caches)
  const cache = cacheOf(caches, through)

  const members = joined.get(caches) ?? new Map<string, Joined>()
  joined.set(caches, members)
  const place = `${through} ${tells}`
  const known = members.get(place)
  const joint = known ?? { member: join(caches, cache, { label, everyMs, tells }), users: 0 }
  members.set(place, joint)
  joint.users++
  let hasLeft = false
  const leave = async (): Promise<void> => {
    if (hasLeft) return
    hasLeft = true
    joint.users--
    if (joint.users > 0) return
    members.delete(place)
    await joint.member.leave()
  }
  const { member } = joint
  return {
    id: member.id,
    everyMs: member.everyMs,
    look: () => member.look(),
    get trouble() {
      return member.trouble
    },
    leave,
    [Symbol.asyncDispose]: leave,
  }
}

function join(
  caches: FleetCaches,
  cache: Cache,
  options: {
    readonly label: string | undefined
    readonly everyMs: number
    readonly tells: boolean
  },
): Member {
  const { label, everyMs, tells } = options
  const notes = new Notes(cache)
  const id = randomBytes(9).toString('base64url')
  const identity = { id, host: hostname(), pid, label, startedAt: notes.core.clock.now() }
  return new Member(notes, () => caches.opened(), { identity, everyMs, tells })
}

function reachableAlias(caches: FleetCaches): string {
  const { aliases } = caches.toJSON()
  const byRank = [...aliases].toSorted((a, b) => Number(b === 'default') - Number(a === 'default'))
  const [first] = byRank
  if (first === undefined) throw optionError('through', 'caches with at least one alias', 'none')
  return byRank.find((alias) => new Notes(cacheOf(caches, alias)).shared) ?? first
}

function cacheOf(caches: FleetCaches, alias: string): Cache {
  const cache: unknown = Reflect.get(caches, alias)
  if (typeof cache === 'object' && cache !== null && TARGET in cache) return cache as Cache
  throw optionError(
    'through',
    "an alias of caches that createCaches() made, such as 'default'",
    alias,
  )
}
