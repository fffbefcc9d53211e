import type { Store } from '../../base/store.ts'

/** What a near tier is made of. */
export interface NearParts {
  /** Where copies are kept: bounded, frozen or copied as configured. */
  readonly copies: Store
  readonly maxStalenessMs: number
  /** No copy is kept longer than this. */
  readonly ttlMs: number
  readonly settleMs: number
  failed(message: string, error: unknown): void
}
