import type { ChangeTracker } from '../../tracker.ts'
import { entityOf } from './commands.ts'
import type { MongoClientLike } from './driver.ts'
import { readBy } from './pipeline.ts'

interface CollectionInfo {
  readonly type?: string
  readonly options?: { readonly viewOn?: string; readonly pipeline?: readonly object[] }
}

interface Database {
  listCollections(filter: object): { toArray(): Promise<CollectionInfo[]> }
}

const asked = new WeakMap<ChangeTracker, Map<string, Promise<boolean>>>()

/**
 * Sees to it that `tracker` knows whether a name is a collection or a view, and of what: a view is read under its own name, but
 * changed under others. The database is asked once for each name.
 *
 * @returns false when there is nothing of that name (yet), or the database does not say
 */
export async function isKnown(
  entity: string,
  tracker: ChangeTracker,
  client: MongoClientLike,
  home: string,
): Promise<boolean> {
  if (tracker.trustsUnknown || tracker.known.has(entity)) return true
  const questions = asked.get(tracker) ?? new Map<string, Promise<boolean>>()
  asked.set(tracker, questions)
  const question = questions.get(entity) ?? ask(entity, tracker, client, home)
  questions.set(entity, question)
  try {
    return await question
  } finally {
    // What is there is known from now on; what is not may come.
    questions.delete(entity)
  }
}

async function ask(
  entity: string,
  tracker: ChangeTracker,
  client: MongoClientLike,
  home: string,
): Promise<boolean> {
  // A point in a name parts it only from a database that is not the client's own: those are asked for by both.
  const dot = entity.indexOf('.')
  const places = [{ database: home, name: entity }]
  if (dot > 0) places.push({ database: entity.slice(0, dot), name: entity.slice(dot + 1) })
  for (const { database, name } of places) {
    const db = (client as { db(name: string): unknown }).db(database) as Database
    const [info] = await db.listCollections({ name }).toArray()
    if (info === undefined) continue
    if (info.type !== 'view') {
      tracker.learn({ tables: [{ name: entity }] })
      return true
    }
    const { viewOn = '', pipeline = [] } = info.options ?? {}
    const joined = readBy(pipeline, database, home)
    if (joined === undefined) return false
    const reads = [entityOf(database, viewOn, home), ...joined]
    const all = await Promise.all(reads.map((each) => isKnown(each, tracker, client, home)))
    if (!all.every(Boolean)) return false
    tracker.learn({ tables: [], views: [{ name: entity, reads }] })
    return true
  }
  return false
}
