import type { Mutant } from './mutants.ts'

export interface WorkerSettings {
  readonly url: string
  readonly prefix: string
  readonly keys: readonly string[]
  /** 0 for a writer. */
  readonly readers: number
  readonly near: { readonly near: { readonly maxStaleness: '300ms' } } | undefined
  readonly mutant: Mutant | undefined
}

/** One read: its key, when it began and ended, in milliseconds, and the version that it was given. */
export type ReadRecord = readonly [key: string, start: number, end: number, version: number]

export type FromWorker =
  | { readonly kind: 'ready' }
  | { readonly kind: 'source'; readonly id: number; readonly key: string; readonly write: boolean }
  | {
      readonly kind: 'reads'
      readonly reads: readonly ReadRecord[]
      readonly loads: number
      readonly errors: number
    }
  | {
      readonly kind: 'invalidated'
      readonly key: string
      readonly version: number
      /** When it was confirmed. */
      readonly end: number
      readonly applied: boolean
      readonly reach: 'store' | 'everywhere'
    }

export type ToWorker =
  | { readonly kind: 'stop' }
  /** Does nothing at all for so long: no timer runs, and nothing is heard. */
  | { readonly kind: 'block'; readonly ms: number }
  /** Nothing is written any more. */
  | { readonly kind: 'quiet' }
  | { readonly kind: 'version'; readonly id: number; readonly version: number }
