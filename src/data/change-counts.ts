import type { Change } from './change.ts'

/** What was invalidated of one entity. */
export interface EntityCounts {
  /** Changes of rows that were all known. */
  readonly precise: number
  /** The rows of those. */
  readonly rows: number
  /** Changes that were taken for one of every row. */
  readonly whole: number
}

export class ChangeCounts {
  readonly #counts = new Map<string, { precise: number; rows: number; whole: number }>()

  add(changes: readonly Change[]): void {
    for (const { entity, ids } of changes) {
      const counts = this.#counts.get(entity) ?? { precise: 0, rows: 0, whole: 0 }
      this.#counts.set(entity, counts)
      if (ids === undefined) counts.whole++
      else {
        counts.precise++
        counts.rows += ids.length
      }
    }
  }

  read(): ReadonlyMap<string, EntityCounts> {
    return new Map([...this.#counts].map(([entity, counts]) => [entity, { ...counts }]))
  }
}
