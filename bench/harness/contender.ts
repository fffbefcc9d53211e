/** Where a contender keeps values: in this process, in Redis, or in this process with Redis behind. */
export type Tiers = 'memory' | 'redis' | 'both'

/** What not every contender can do. */
export type Ability = 'tagged' | 'getMany' | 'oneLoad'

export interface Opening {
  readonly tiers: Tiers
  /** Used where `tiers` says Redis. */
  readonly redisUrl?: string
  /** What the keys begin with on a server that is shared with other contenders. */
  readonly prefix: string
  readonly ttlMs: number
  /** In memory. */
  readonly maxEntries: number
  /** About how many bytes a value has as JSON, for contenders whose memory is bounded in bytes. */
  readonly valueBytes: number
  /** Whether tags are used: where they cost something, they are off otherwise. */
  readonly tags: boolean
  /** Given while opening, since some contenders want it then. */
  readonly load: (key: string) => Promise<unknown>
}

export interface Opened {
  getOrSet(key: string): unknown
  /** As `getOrSet`; what is loaded has these tags. */
  tagged?(key: string, tags: readonly string[]): unknown
  invalidateTag?(tag: string): unknown
  /** Values that are there, all at once. */
  getMany?(keys: readonly string[]): unknown
  close(): Promise<void>
}

/** A library as it is used by its own advice; the comments of each say whose. */
export interface Contender {
  readonly name: string
  /** Whose versions belong to the figures. */
  readonly packages: readonly string[]
  readonly tiers: readonly Tiers[]
  /** What it cannot do, and why. */
  readonly cannot: Readonly<Partial<Record<Ability, string>>>
  open(opening: Opening): Promise<Opened>
}

export const NO_TAGS = 'no tags'
export const NO_BATCH = 'no read of many keys'
export const EACH_LOADS = 'each caller loads'
