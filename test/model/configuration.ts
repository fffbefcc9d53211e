import type { Mutant } from './mutants.ts'

/** What an invalidation invalidates: the key, the tag of its entry, or both at once. */
export type Target = 'key' | 'tag' | 'key+tag'

/** What the model is explored with. Everything that is left out does not happen. */
export interface Configuration {
  /** The process of each caller, 0 or 1. */
  readonly callers: readonly number[]
  /** Whether each caller declares the tag; otherwise only the loader knows of it. Default: all do. */
  readonly declares?: readonly boolean[]
  /** One writer each: it commits to the source, then invalidates. */
  readonly invalidations: readonly Target[]
  /** Writers do not wait for each other. Otherwise each begins when the one before has ended. */
  readonly concurrent?: boolean
  /** An invalidation of key and tag does the key first. Otherwise either may be first. */
  readonly keyFirst?: boolean
  /** The key holds a valid value at the start. */
  readonly warm?: boolean
  /**
   * An answer of the store may reach its process late: after other answers, messages and calls. Otherwise it is heard at
   * once, although it may take its time to be given.
   */
  readonly late?: boolean
  /** How often the entry may be evicted. */
  readonly evictions?: number
  /** How often the generations may be lost. */
  readonly losses?: number
  /** How many loads may fail. */
  readonly failures?: number
  /** Process 1 may be killed. */
  readonly kills?: number
  /** A load whose lease was taken away may heed its signal and end. Otherwise it runs to its end. Default true. */
  readonly heeds?: boolean
  /** A lease may lapse under its load. Default true. */
  readonly lapses?: boolean
  /** Looks that end in nothing before a call loads for itself. Default: no end to them. */
  readonly maxRounds?: number
  /** What a replica takes over without the last writes, any number of them. */
  readonly failover?: 'all' | 'entries' | 'generations'
  /** Every process is held to P1 at every moment, also between a failover and the replay of the journal. */
  readonly heldDuringFailover?: boolean
  /** Writers set an intent before they commit, and may die at any moment. */
  readonly intents?: boolean
  /** Whether each writer announces what it will do. Default: all do. */
  readonly announces?: readonly boolean[]
  /** The first writer died after its commit, and the deadline of its intent has passed. */
  readonly expired?: boolean
  /** P2 is judged too. Default true. */
  readonly p2?: boolean
  readonly mutants?: readonly Mutant[]
  /** The figure to report: waits for loads that were overtaken before the call began, or loads. */
  readonly measure?: 'uselessWaits' | 'loads'
}

/** The same with everything decided, as the steps read it. */
export interface Rules extends Required<Omit<Configuration, 'failover' | 'measure' | 'mutants'>> {
  readonly failover: Configuration['failover']
  readonly measure: Configuration['measure']
  /** Entries carry the tag. */
  readonly tagged: boolean
  /** Something changes the generations. */
  readonly bumps: boolean
  has(mutant: Mutant): boolean
}

export function rulesOf(configuration: Configuration): Rules {
  const tagged = configuration.invalidations.some((target) => target !== 'key')
  const mutants = new Set(configuration.mutants)
  return {
    callers: configuration.callers,
    declares: configuration.declares ?? configuration.callers.map(() => true),
    invalidations: configuration.invalidations,
    concurrent: configuration.concurrent ?? false,
    keyFirst: configuration.keyFirst ?? false,
    warm: configuration.warm ?? false,
    late: configuration.late ?? false,
    evictions: configuration.evictions ?? 0,
    losses: configuration.losses ?? 0,
    failures: configuration.failures ?? 0,
    kills: configuration.kills ?? 0,
    heeds: configuration.heeds ?? true,
    lapses: configuration.lapses ?? true,
    maxRounds: configuration.maxRounds ?? Infinity,
    failover: configuration.failover,
    heldDuringFailover: configuration.heldDuringFailover ?? false,
    intents: configuration.intents ?? false,
    p2: configuration.p2 ?? true,
    announces: configuration.announces ?? configuration.invalidations.map(() => true),
    expired: configuration.expired ?? false,
    measure: configuration.measure,
    tagged,
    bumps: tagged || configuration.losses !== undefined,
    has: (mutant) => mutants.has(mutant),
  }
}

/** The acts of an invalidation: 1 the key, 2 the tag. */
export function actsOf(target: Target): number {
  if (target === 'key') return 1
  return target === 'tag' ? 2 : 3
}
