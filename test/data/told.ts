import type { Change } from '../../src/data/change.ts'
import type { ChangeSink } from '../../src/data/follower.ts'

/** A tracker that writes down what it is told. */
export class Told implements ChangeSink {
  readonly changes: Change[] = []
  readonly raised: (readonly string[] | 'all')[] = []
  /** While it is set, changes are refused. */
  failure: Error | undefined

  /** The store has nothing to say. */
  away = false

  async changed(changes: readonly Change[]): Promise<{ applied: boolean }> {
    if (this.failure !== undefined) throw this.failure
    if (this.away) return { applied: false }
    this.changes.push(...changes)
    return { applied: true }
  }

  async raise(entities: readonly string[] | 'all'): Promise<{ applied: boolean }> {
    if (this.away) return { applied: false }
    this.raised.push(entities)
    return { applied: true }
  }

  /** In a form that reads well: `update products 7,8`, and `*` where the rows are not known. */
  get said(): string[] {
    return this.changes.map(
      ({ entity, operation, ids }) => `${operation} ${entity} ${ids?.join(',') ?? '*'}`,
    )
  }
}
