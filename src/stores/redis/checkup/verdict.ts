// What is wrong with a server for a cache: from facts to advice, without asking anybody.
import type { Advice } from '../../../base/advice.ts'
import { showBytes } from '../../../base/bytes.ts'
import type { BudgetBytes } from '../options.ts'
import type { ServerFacts } from './facts.ts'

/** Of the server's memory a budget may take this much, so that the rest has room when everything grows at once. */
const BUDGET_SHARE = 0.7
const TWO_SERVERS =
  "Use a second server for the cache: 'npx breakwater redis:conf' prints the settings of both."

/** @param budget the cache's own bound, if it keeps one */
export function judgeServer(facts: ServerFacts, budget: BudgetBytes): Advice[] {
  const { maxBytes, policy, queues, sessions } = facts
  const advice: Advice[] = []
  const say = (severity: Advice['severity'], code: string, message: string, remedy: string): void =>
    void advice.push({ severity, code, message, remedy })

  if (facts.isReplica)
    say(
      'error',
      'replica',
      'The server is a replica: it takes no writes and may be behind.',
      'Give the address of the primary.',
    )
  if (maxBytes === 0)
    say(
      'warning',
      'no-maxmemory',
      'The server has no memory limit (maxmemory 0): it grows until the operating system kills it.',
      "Set 'maxmemory' to at most 70 % of the machine's memory.",
    )
  if (policy === undefined)
    say(
      'warning',
      'policy-unknown',
      `The server does not tell its maxmemory-policy: whether it deletes ${whose(facts)} when memory is short is unknown.`,
      "Look it up where the server is managed: 'allkeys-lfu' suits a cache alone, 'noeviction' everybody else.",
    )
  else if (queues.length > 0) judgeQueue(facts, policy, budget, say)
  else if (policy === 'noeviction' && maxBytes !== 0 && budget === undefined)
    say(
      'warning',
      'noeviction',
      "The server evicts nothing (maxmemory-policy noeviction): when its memory is full, the cache's writes fail.",
      sessions.length === 0
        ? "Set 'maxmemory-policy allkeys-lfu', or give the store a 'budget'."
        : `Give the store a 'budget', because sessions (${sessions.join(', ')}) are here, too. Or: ${TWO_SERVERS}`,
    )
  if (sessions.length > 0 && policy !== undefined && policy !== 'noeviction')
    say(
      'warning',
      'sessions-evictable',
      `Sessions (${sessions.join(', ')}) are on a server that evicts ${victims(policy)}: users are logged out when memory is short.${soFar(facts)}`,
      'Put sessions on a server of their own, or keep them in the database behind the cache.',
    )
  if (policy?.startsWith('volatile') === true && facts.keys - facts.expiring > facts.keys / 10)
    say(
      'warning',
      'unevictable',
      `${facts.keys - facts.expiring} of ${facts.keys} keys have no ttl and can never be evicted under '${policy}'.`,
      "Set 'maxmemory-policy allkeys-lfu' where only the cache lives here, or give entries a ttl.",
    )
  if (facts.persists === true && queues.length === 0 && sessions.length === 0)
    say(
      'warning',
      'persistent-cache',
      'The server saves what is in it to disk, and only a cache seems to be in it: forks and writes for what can be loaded again.',
      "Set 'save \"\"' and 'appendonly no', unless invalidations must survive a restart.",
    )
  if (facts.persists === false && queues.length > 0)
    say(
      'warning',
      'volatile-queue',
      `The server saves nothing to disk, and a job queue (${queues.join(', ')}) is on it: its jobs are lost when it restarts.`,
      "Set 'appendonly yes'.",
    )
  return advice
}

type Say = (severity: Advice['severity'], code: string, message: string, remedy: string) => void

/** To whom it would matter, the most important first. */
function whose({ queues, sessions }: ServerFacts): string {
  const owned = [
    ...(queues.length > 0 ? [`queued jobs (${queues.join(', ')})`] : []),
    ...(sessions.length > 0 ? [`sessions (${sessions.join(', ')})`] : []),
  ]
  return owned.length > 0 ? owned.join(' and ') : 'entries'
}

function victims(policy: string): string {
  const which = policy.startsWith('volatile') ? 'keys with a ttl, as sessions have' : 'any key'
  return `${which} (${policy})`
}

/** What could happen has perhaps begun. */
function soFar({ evicted }: ServerFacts): string {
  return evicted > 0 ? ` It has evicted ${evicted} keys since it started.` : ''
}

function judgeQueue(facts: ServerFacts, policy: string, budget: BudgetBytes, say: Say): void {
  const { maxBytes } = facts
  const queues = facts.queues.join(', ')
  if (policy.startsWith('allkeys'))
    say(
      'error',
      'queue-evictable',
      `A job queue (${queues}) is on a server that evicts any key (${policy}): queued jobs will be deleted without an error when memory is short.${soFar(facts)}`,
      TWO_SERVERS,
    )
  else if (policy.startsWith('volatile'))
    say(
      'error',
      'queue-locks-evictable',
      `A job queue (${queues}) is on a server that evicts keys with a ttl (${policy}): locks of running jobs have one, so jobs will run twice when memory is short.${soFar(facts)}`,
      TWO_SERVERS,
    )
  else if (budget === undefined)
    say(
      'error',
      'queue-starved',
      `A job queue (${queues}) shares a server that evicts nothing with this cache: when the cache has filled the memory, the queue stops.`,
      `Give the store a 'budget', such as redis(url, { budget: '200mb' }). Or: ${TWO_SERVERS}`,
    )
  // Whoever removes nothing on purpose has been told of the others by those that do.
  else if (budget === 'none') return
  else if (maxBytes !== undefined && maxBytes > 0 && budget > maxBytes * BUDGET_SHARE)
    say(
      'error',
      'budget-too-large',
      `The cache may take ${showBytes(budget)} of the server's ${showBytes(maxBytes)}, and a job queue (${queues}) needs the rest.`,
      `Set 'budget' to at most ${showBytes(maxBytes * BUDGET_SHARE)}, or raise 'maxmemory'.`,
    )
  else
    say(
      'warning',
      'queue-shared',
      `A job queue (${queues}) is on this server. The cache keeps to its budget of ${showBytes(budget)} and evicts its own keys alone.`,
      'Nothing to do. Two servers are still the better arrangement.',
    )
}
