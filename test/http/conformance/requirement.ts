import type { PageOptions } from '../../../src/http/index.ts'
import type { Stage } from '../scenario/stage.ts'
import type { Step } from '../scenario/step.ts'

/** One course of events that shows a requirement; its end is that all its steps have happened. */
export type Play = (stage: Stage) => readonly Step[]

/** `'policy'`: what the text leaves open, and we have decided. */
export type Level = 'MUST' | 'MUST NOT' | 'SHOULD' | 'SHOULD NOT' | 'MAY' | 'policy'

/** What a text demands of a shared cache at the origin, in our own words. */
export interface Requirement {
  /** Unique, stable: the section and a word. */
  readonly id: string
  readonly level: Level
  readonly says: string
  /** Each must hold; none for what is not ours. */
  readonly plays: readonly Play[]
  /** Why it is not ours, or why we decide otherwise than other caches may. */
  readonly why?: string
}

export interface Section {
  /** Such as `'RFC 9111 §3: storing responses'`. */
  readonly title: string
  /** What the cache is told beyond its defaults. */
  readonly options?: Omit<PageOptions, 'clock'>
  readonly requirements: readonly Requirement[]
}

/** What is demanded, and does not concern this cache. */
export function notOurs(id: string, level: Level, says: string, why: string): Requirement {
  return { id, level, says, plays: [], why }
}
