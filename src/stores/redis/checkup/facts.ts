// What a server says of itself, and who else lives on it: gathered in a bounded number of steps, also on large servers.
import type { Operation } from '../../../base/store.ts'
import type { Command, Reply } from '../port.ts'
import type { Line } from '../line.ts'
import { parseInfo } from '../stats.ts'

/** `undefined` is what the server does not tell: managed services hide some of it. */
export interface ServerFacts {
  /** 0 for no bound. */
  readonly maxBytes: number | undefined
  readonly policy: string | undefined
  readonly isReplica: boolean
  /** It writes snapshots, or a log of its commands. */
  readonly persists: boolean | undefined
  /** Keys of all databases, and those of them that expire. */
  readonly keys: number
  readonly expiring: number
  /** Job queues that have keys here, by name. */
  readonly queues: readonly string[]
  /** Whose sessions are here. */
  readonly sessions: readonly string[]
}

/** Keys with fixed names, and whose they are. */
const FIXED: readonly (readonly [key: string, owner: string])[] = [
  ['_kombu.binding.celery', 'Celery'],
  ['celery', 'Celery'],
  ['unacked', 'Celery'],
  ['queues', 'Sidekiq'],
  ['stat:processed', 'Sidekiq'],
  ['resque:queues', 'Resque'],
  ['rq:queues', 'RQ'],
]
const PATTERNS: readonly (readonly [pattern: string, owner: string, kind: 'queue' | 'session'])[] =
  [
    ['bull:*:meta', 'BullMQ', 'queue'],
    ['bull:*:id', 'Bull', 'queue'],
    ['sess:*', 'express-session', 'session'],
    ['*django.contrib.sessions*', 'Django', 'session'],
  ]
/** A queue has few keys among many: sampling would miss them, so every key is looked at, up to this many. */
const SCANNED = 200_000
const STEP = 2_000

export async function gatherFacts(
  lines: readonly Line[],
  operation: Operation = {},
): Promise<ServerFacts> {
  const [first] = lines as readonly [Line]
  const [text] = await first.run([['INFO']], operation)
  const info = parseInfo(String(text))
  const numberIn = (name: string): number | undefined =>
    info.has(name) ? Number(info.get(name)) : undefined
  const databases = [...info].filter(([name]) => /^db\d+$/.test(name)).map(([, value]) => value)
  const count = (what: string): number =>
    databases.reduce(
      (sum, value) => sum + Number(new RegExp(`\\b${what}=(\\d+)`).exec(value)?.[1] ?? 0),
      0,
    )
  const owners = await Promise.all(lines.map((line) => ownersOn(line, operation)))
  const named = (kind: 'queue' | 'session'): string[] => [
    ...new Set(owners.flat().flatMap((owner) => (owner.kind === kind ? [owner.name] : []))),
  ]
  return {
    maxBytes: numberIn('maxmemory'),
    policy: info.get('maxmemory_policy'),
    isReplica: info.get('role') === 'slave',
    persists: await persists(first, info, operation),
    keys: count('keys'),
    expiring: count('expires'),
    queues: named('queue'),
    sessions: named('session'),
  }
}

async function persists(
  line: Line,
  info: ReadonlyMap<string, string>,
  operation: Operation,
): Promise<boolean | undefined> {
  if (info.get('aof_enabled') === '1') return true
  const [reply] = (await line
    .run([['CONFIG', 'GET', 'save']], operation)
    // Forbidden by many managed services.
    .catch(() => [])) as readonly Reply[]
  if (reply === undefined) return undefined
  const values = Array.isArray(reply) ? (reply as readonly Reply[]) : Object.values(reply as object)
  return String(values.at(-1) ?? '') !== ''
}

async function ownersOn(
  line: Line,
  operation: Operation,
): Promise<{ name: string; kind: 'queue' | 'session' }[]> {
  const found: { name: string; kind: 'queue' | 'session' }[] = []
  const exist: Command[] = FIXED.map(([key]) => ['EXISTS', key])
  // Refused by a cluster's node for keys of others; such a queue would not run on a cluster either.
  const replies = await line.run(exist, operation).catch(() => [])
  for (const [index, [, name]] of FIXED.entries())
    if (Number(replies[index] ?? 0) > 0) found.push({ name, kind: 'queue' })
  for (const [pattern, name, kind] of PATTERNS)
    if (await anyMatches(line, pattern, operation)) found.push({ name, kind })
  return found
}

async function anyMatches(line: Line, pattern: string, operation: Operation): Promise<boolean> {
  let cursor = '0'
  for (let seen = 0; seen < SCANNED; seen += STEP) {
    const call = ['SCAN', cursor, 'MATCH', pattern, 'COUNT', String(STEP)]
    const [reply] = await line.run([call], operation)
    const [next, keys] = reply as readonly [Reply, readonly Reply[]]
    if (keys.length > 0) return true
    cursor = String(next)
    if (cursor === '0') return false
  }
  return false
}
