// Who else lives on a server: job queues and sessions have keys by which they are known.
import { VAULT } from '../../../base/key.ts'
import type { Operation } from '../../../base/store.ts'
import type { Command, Reply } from '../port.ts'
import type { Line } from '../line.ts'

export interface Tenant {
  readonly name: string
  readonly kind: 'queue' | 'session'
}

/** One of those that INFO lists: those with keys. */
export interface Database {
  readonly number: number
  readonly keys: number
  readonly expiring: number
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
    // BullMQ has these, too.
    ['bull:*:id', 'Bull', 'queue'],
    ['sess:*', 'express-session', 'session'],
    ['*django.contrib.sessions*', 'Django', 'session'],
    [`*:${VAULT}:*`, 'Breakwater', 'session'],
  ]
/** A queue has few keys among many: sampling would miss them, so every key is looked at, up to this many. */
const SCANNED = 200_000
const STEP = 2_000

/** Runs its command in another database than the connection's, which stays where it is. */
const ELSEWHERE = `redis.call('SELECT', ARGV[1]) return redis.call(unpack(ARGV, 2))`

type Ask = (command: Command) => Promise<Reply | undefined>

export function databasesIn(info: ReadonlyMap<string, string>): Database[] {
  const numberOf = (what: string, text: string): number =>
    Number(new RegExp(`\\b${what}=(\\d+)`).exec(text)?.[1] ?? 0)
  return [...info].flatMap(([name, text]) => {
    const number = /^db(\d+)$/.exec(name)?.[1]
    if (number === undefined) return []
    const counts = { keys: numberOf('keys', text), expiring: numberOf('expires', text) }
    return [{ number: Number(number), ...counts }]
  })
}

/** Also in the other databases: memory and policy are the server's, not a database's. */
export async function findTenants(
  line: Line,
  databases: readonly Database[],
  operation: Operation,
): Promise<Tenant[]> {
  const ask = async (command: Command): Promise<Reply | undefined> =>
    (await line.run([command], operation))[0]
  const here = await tenantsOf(ask)
  const own = await ownDatabase(ask)
  const elsewhere = databases.filter(({ number }) => own !== undefined && number !== own)
  for (const { number } of elsewhere) {
    const askThere: Ask = (command) => ask(['EVAL', ELSEWHERE, '0', String(number), ...command])
    // Forbidden to some users.
    const there = await tenantsOf(askThere).catch(() => [])
    here.push(...there.map(({ kind, name }) => ({ kind, name: `${name} in database ${number}` })))
  }
  return here
}

/** @returns undefined where the server does not tell: before 6.2, or to this user */
export async function ownDatabase(ask: Ask): Promise<number | undefined> {
  const text = String(await ask(['CLIENT', 'INFO']).catch(() => ''))
  const number = /\bdb=(\d+)/.exec(text)?.[1]
  return number === undefined ? undefined : Number(number)
}

async function tenantsOf(ask: Ask): Promise<Tenant[]> {
  const found: Tenant[] = []
  // Refused by a cluster's node for keys of others; such a queue would not run on a cluster either.
  const exist = FIXED.map(async ([key]) => await ask(['EXISTS', key]).catch(() => 0))
  for (const [index, count] of (await Promise.all(exist)).entries())
    if (Number(count) > 0) found.push({ name: FIXED[index]?.[1] as string, kind: 'queue' })
  for (const [pattern, name, kind] of PATTERNS) {
    if (name === 'Bull' && found.some((tenant) => tenant.name === 'BullMQ')) continue
    if (await anyMatches(ask, pattern)) found.push({ name, kind })
  }
  return found
}

async function anyMatches(ask: Ask, pattern: string): Promise<boolean> {
  let cursor = '0'
  for (let seen = 0; seen < SCANNED; seen += STEP) {
    const reply = await ask(['SCAN', cursor, 'MATCH', pattern, 'COUNT', String(STEP)])
    const [next, keys] = reply as readonly [Reply, readonly Reply[]]
    if (keys.length > 0) return true
    cursor = String(next)
    if (cursor === '0') return false
  }
  return false
}
