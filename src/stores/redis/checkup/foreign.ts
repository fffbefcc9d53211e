// Before a whole server is emptied: whether somebody else would lose something.
import { CacheError } from '../../../base/errors.ts'
import type { Operation } from '../../../base/store.ts'
import type { Command, Reply } from '../port.ts'
import type { Line } from '../line.ts'
import { parseInfo } from '../stats.ts'
import { type Database, databasesIn, findTenants, ownDatabase } from './tenants.ts'

const STEP = 2_000
/** So many keys are looked at; it is about whether, and who, and roughly how many. */
const SCANNED = 200_000
const NAMED = 5

interface Foreign {
  count: number
  /** Whether it was counted to the end. */
  isAll: boolean
  /** What their keys begin with. */
  readonly heads: Set<string>
}

/** @throws {CacheError} `E_NOT_ALONE` when there are keys of others than `prefix`, in any database */
export async function refuseIfShared(
  lines: readonly Line[],
  prefix: string,
  operation: Operation,
): Promise<void> {
  const foreign: Foreign = { count: 0, isAll: true, heads: new Set() }
  const owners = new Set<string>()
  for (const line of lines) {
    const ask = async (command: Command): Promise<Reply | undefined> =>
      (await line.run([command], operation))[0]
    const databases = databasesIn(parseInfo(String(await ask(['INFO', 'keyspace']))))
    await countHere(ask, `${prefix}:`, foreign)
    countElsewhere(databases, await ownDatabase(ask), foreign)
    if (foreign.count === 0) continue
    for (const { name } of await findTenants(line, databases, operation)) owners.add(name)
  }
  if (foreign.count === 0) return
  const whose = [...owners, ...[...foreign.heads].slice(0, NAMED).map((head) => `'${head}'`)]
  const count = `${foreign.isAll ? '' : 'at least '}${foreign.count}`
  throw new CacheError(
    'E_NOT_ALONE',
    `flushServer() would delete ${count} keys of others (${whose.join(', ')}). To empty this alias, use clear(). To empty the server all the same: flushServer({ reallyEverything: true }).`,
  )
}

async function countHere(
  ask: (command: Command) => Promise<Reply | undefined>,
  head: string,
  foreign: Foreign,
): Promise<void> {
  let cursor = '0'
  let seen = 0
  do {
    if (seen >= SCANNED) {
      foreign.isAll = false
      return
    }
    const reply = await ask(['SCAN', cursor, 'COUNT', String(STEP)])
    const [next, keys] = reply as readonly [Reply, readonly Reply[]]
    for (const key of keys.map(String)) {
      if (key.startsWith(head)) continue
      foreign.count++
      if (foreign.heads.size < NAMED) foreign.heads.add(headOf(key))
    }
    seen += STEP
    cursor = String(next)
  } while (cursor !== '0')
}

/** Where the own database is unknown, the others cannot be told from it. */
function countElsewhere(
  databases: readonly Database[],
  own: number | undefined,
  foreign: Foreign,
): void {
  for (const { keys, number } of databases) {
    if (own === undefined || number === own) continue
    foreign.count += keys
    foreign.heads.add(`database ${number}`)
  }
}

/** `sess:` of `sess:abc`; a key without a colon may be long. */
function headOf(key: string): string {
  const colon = key.indexOf(':')
  return colon === -1 ? key.slice(0, 40) : key.slice(0, Math.min(colon + 1, 40))
}
