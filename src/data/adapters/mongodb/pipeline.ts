import type { Row } from '../../change.ts'
import { entityOf } from './commands.ts'

/** Stages that read what no collection holds, or that never end. */
const NOT_DATA =
  /^\$(?:changeStream|currentOp|collStats|indexStats|listSessions|listLocalSessions|out|merge)/

/**
 * The collections that a pipeline reads beside its own, at any depth; `undefined` if what it gives must not be stored: it
 * writes, or reads the state of the server.
 */
export function readBy(
  pipeline: readonly unknown[],
  database: string,
  home: string,
): string[] | undefined {
  const read = new Set<string>()
  const visit = (stages: readonly unknown[]): boolean =>
    stages.every((stage) =>
      Object.entries((stage ?? {}) as Row).every(([name, value]) => {
        if (NOT_DATA.test(name)) return false
        if (name === '$lookup' || name === '$graphLookup') add((value as Row)['from'])
        if (name === '$unionWith') add(typeof value === 'string' ? value : (value as Row)['coll'])
        if (name === '$facet')
          return Object.values(value as Row).every((each) => visit(each as unknown[]))
        const inner = (value as Row | null)?.['pipeline']
        return !Array.isArray(inner) || visit(inner)
      }),
    )
  const add = (from: unknown): void => {
    if (typeof from === 'string') read.add(entityOf(database, from, home))
    const { db = database, coll } = (from ?? {}) as { readonly db?: string; readonly coll?: string }
    if (coll !== undefined) read.add(entityOf(db, coll, home))
  }
  return visit(pipeline) ? [...read] : undefined
}
