import type { Change } from '../../src/data/change.ts'
import type { ChangeSink } from '../../src/data/follower.ts'

/** A tracker that writes down what it is told. */
export class Told implements ChangeSink {
  readonly changes: Change[] = []
  readonly raised: (readonly string[] | 'all')[] = []
  /** While it is set, changes are refused. */
  failure: Error | undefined

  /** The store does not confirm. */
  away = false
  /** How often it did not. */
  unconfirmed = 0

  async changed(changes: readonly Change[]): Promise<{ applied: boolean }> {
    if (this.failure !== undefined) throw this.failure
    if (this.away) return this.#notApplied()
    this.changes.push(...changes)
    return { applied: true }
  }

  async raise(entities: readonly string[] | 'all'): Promise<{ applied: boolean }> {
    if (this.away) return this.#notApplied()
    this.raised.push(entities)
    return { applied: true }
  }

  #notApplied(): { applied: boolean } {
    this.unconfirmed++
    return { applied: false }
  }

  /** In a form that reads well: `update products 7,8`, and `*` where the rows are not known. */
  get said(): string[] {
    return this.changes.map(
      ({ entity, operation, ids }) => `${operation} ${entity} ${ids?.join(',') ?? '*'}`,
    )
  }
}
