import type { Tiers } from './contender.ts'
import type { ContenderName } from './contenders.ts'

export interface Measure {
  readonly name: string
  readonly unit: string
  /** Whether little or much of it is wanted. */
  readonly better: 'less' | 'more'
}

export interface Entrant {
  /** What stands in tables; unique within a question. */
  readonly label: string
  /** Which contender, and with which tiers. Questions that are not about caches of values have names of their own. */
  readonly contender: ContenderName | (string & {})
  readonly tiers: Tiers
}

/** What a round has measured, by the names of the measures; a text says why something cannot be measured. What is measured once is in one round only. */
export type Readings = Readonly<Record<string, number | string | undefined>>

export interface Running {
  round(): Promise<Readings>
  stop(): Promise<void>
}

export interface Place {
  /** '' where the question needs no Redis. */
  readonly redisUrl: string
  /** Fewer keys and shorter rounds, to see that all works. */
  readonly isQuick: boolean
}

export interface Question {
  readonly name: string
  readonly title: string
  /** What is measured, and how: a paragraph each. */
  readonly about: readonly string[]
  readonly needsRedis: boolean
  readonly rounds: number
  /** Asked on the Node that counts alone: what is measured has little to do with Node. */
  readonly isOnOneNode?: boolean
  /** About how long it takes on one Node. */
  readonly seconds: number
  readonly entrants: readonly Entrant[]
  /** Whose versions belong to the figures; by default those that the contenders name. */
  readonly packages?: readonly string[]
  /** The first is the one that is drawn, unless there are lines. */
  readonly measures: readonly Measure[]
  /** Labels: the least that this work can cost, and ours. */
  readonly limit: string | undefined
  readonly ours: string
  /** Draws measures as lines over a number, with their slopes, instead of bars. */
  readonly lines?: readonly Line[]
  /** In a process of the entrant's own. */
  start(entrant: Entrant, place: Place): Promise<Running>
}

export interface Line {
  readonly label: string
  readonly over: string
  readonly points: readonly { readonly at: number; readonly measure: string }[]
}
