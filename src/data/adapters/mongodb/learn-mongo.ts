import { optionError } from '../../../base/errors.ts'
import type { ChangeTracker } from '../../tracker.ts'
import { homeOf, type MongoClientLike } from './driver.ts'
import { readBy } from './pipeline.ts'

interface Database {
  listCollections(filter: object): { toArray(): Promise<unknown[]> }
}

interface ViewInfo {
  readonly name: string
  readonly options?: { readonly viewOn?: string; readonly pipeline?: object[] }
}

/**
 * Tells `tracker` which collections of the client's own database are views, and what they read. Once at the start, and after a
 * view was made.
 *
 * @throws {CacheError} `E_OPTION`; what the database throws
 */
export async function learnMongo(client: MongoClientLike, tracker: ChangeTracker): Promise<void> {
  if (typeof client?.db !== 'function') throw optionError('client', 'a MongoClient', client)
  const home = homeOf(client)
  const found = await (client.db() as Database).listCollections({ type: 'view' }).toArray()
  const views = (found as ViewInfo[]).map(({ name, options: { viewOn, pipeline = [] } = {} }) => {
    const joined = readBy(pipeline, home, home) ?? []
    return { name, reads: viewOn === undefined ? joined : [viewOn, ...joined] }
  })
  tracker.learn({ tables: [], views })
}
