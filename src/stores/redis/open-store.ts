// Puts a store together from its parts, once it is known how connections are made.
import type { Clock } from '../../base/clock.ts'
import type { StoreContext } from '../../base/store.ts'
import { Budget } from './budget.ts'
import { BumpActs } from './bump-acts.ts'
import { type Address, addressText } from './cluster/address.ts'
import { ClusterLines } from './cluster/cluster-lines.ts'
import { RedisFeed } from './feed.ts'
import { GenerationHash } from './generation-hash.ts'
import { IdentifiedPort, ServerIdentity } from './identified-port.ts'
import { Line } from './line.ts'
import { type CommandLines, Lines } from './lines.ts'
import { Mailbox } from './mailbox.ts'
import type { ActSettings, BudgetBytes } from './options.ts'
import { type Connect, OwnPort, type Retry } from './own-port.ts'
import type { PortEvents, RedisPort, Reply } from './port.ts'
import { inboxHead } from './parts.ts'
import { RedisStore } from './redis-store.ts'
import { Reporter } from './reporter.ts'
import { ServerTime } from './server-time.ts'
import { Upkeep } from './upkeep.ts'

type OpenPort = (clock: Clock, events: PortEvents) => RedisPort

/** How to make the connections of a store: to one server, or to a cluster. */
export interface Roads {
  readonly where: string
  readonly settings: ActSettings
  /** How many connections for commands to each server. */
  readonly count: number
  readonly pings: boolean
  readonly command?: OpenPort
  readonly inbox?: OpenPort
  /** What this prefix may take of the server; `undefined` for what the server allows. */
  readonly budget?: BudgetBytes
  readonly cluster?: {
    readonly seeds: readonly Address[]
    readonly retry: Retry
    readonly connectTo: (address: Address) => Connect
  }
}

/** Ports for both kinds of line, and the lines. */
interface Wiring {
  readonly lines: CommandLines
  readonly inbox: OpenPort
}

export function openStore(context: StoreContext, roads: Roads): RedisStore {
  const { clock, prefix, processId } = context
  const { settings, pings, budget } = roads
  const { timeoutMs } = settings
  const report = guarded(context)
  const channel = `${inboxHead(prefix)}log`
  const hash = new GenerationHash(prefix, channel, () => clock.now() + time.shiftMs)
  const time = new ServerTime(clock, async (): Promise<Reply> => {
    const [reply] = await lines.first.run([['TIME']])
    return reply as Reply
  })
  const connected = (): void => time.refresh()
  let told = (): void => {}
  const changed = (): void => told()
  const wiring = roads.cluster === undefined ? toOneServer : toCluster
  const { lines, inbox } = wiring(roads, { clock, hash, report, connected, changed })
  const feed = new RedisFeed({ lines, hash, inboxHead: inboxHead(prefix), channel, processId })
  return new RedisStore(context, {
    feed,
    lines,
    hash,
    upkeep: new Upkeep(lines, prefix, budget, keeper(context, lines, budget, report)),
    bumps: new BumpActs({ lines, hash, maxGenerations: settings.maxGenerations }),
    time,
    onReset: (listener) => (told = listener),
    openMailbox: (reader) => {
      const own = inboxHead(prefix) + processId
      const options = { channel: own, feed, clock, timeoutMs, pings, report }
      return new Mailbox((events) => inbox(clock, events), reader, options)
    },
  })
}

function keeper(
  { clock, prefix, processId }: StoreContext,
  lines: CommandLines,
  budget: BudgetBytes,
  report: StoreContext['report'],
): Budget | undefined {
  if (typeof budget !== 'number') return undefined
  return new Budget({ line: lines.first, clock, prefix, processId, budgetBytes: budget, report })
}

interface Surroundings {
  readonly clock: Clock
  readonly hash: GenerationHash
  readonly report: StoreContext['report']
  /** Called when a connection stands. */
  readonly connected: () => void
  /** Called when the server may not have what was confirmed last, before it answers anything. */
  readonly changed: () => void
}

function toOneServer(roads: Roads, around: Surroundings): Wiring {
  const { where, settings, count } = roads
  const { clock, hash, report, connected, changed } = around
  const command = roads.command as OpenPort
  const timeoutMs = settings.connectMs
  const identity = new ServerIdentity(changed)
  const identify = { clock, identity, timeoutMs, primaryOnly: true }
  const reporter = new Reporter(count, where, report)
  const makeLine = (): Line =>
    new Line(
      (events) => new IdentifiedPort((inner) => command(clock, inner), events, identify),
      reporter.forOne(connected),
      { where, clock, ...settings },
    )
  const rest = Array.from({ length: count - 1 }, makeLine)
  return { lines: new Lines([makeLine(), ...rest], hash), inbox: roads.inbox as OpenPort }
}

function toCluster(roads: Roads, around: Surroundings): Wiring {
  const { where, settings } = roads
  const { clock, hash, report, connected, changed } = around
  const { seeds, connectTo, retry } = roads.cluster as Required<Roads>['cluster']
  let known: readonly Address[] = []
  // One address after the other, so that a node that is away is not asked twice in a row.
  const openAny: OpenPort = (theirClock, events) => {
    let turn = 0
    const connect: Connect = (lost, signal) => {
      const all = [...seeds, ...known]
      return connectTo(all[turn++ % all.length] as Address)(lost, signal)
    }
    return new OwnPort(connect, retry, theirClock, events)
  }
  const lines = new ClusterLines({
    clock,
    hash,
    timeoutMs: settings.timeoutMs,
    changed,
    open: (address, events) => {
      const identity = new ServerIdentity(changed)
      const options = { clock, identity, timeoutMs: settings.connectMs, primaryOnly: false }
      const make = (inner: PortEvents): RedisPort =>
        new OwnPort(connectTo(address), retry, clock, inner)
      return new IdentifiedPort(make, events, options)
    },
    openAny: (events) => openAny(clock, events),
    makeLine: (address, makePort) => {
      const at = address ?? where
      const events = new Reporter(1, at, report).forOne(connected)
      return new Line(makePort, events, { where: at, clock, ...settings })
    },
    known: (addresses) => {
      const texts = new Set(seeds.map(addressText))
      known = addresses.filter((address) => !texts.has(addressText(address)))
    },
  })
  return { lines, inbox: openAny }
}

/** A report that throws must not end the connection it reports on. */
function guarded(context: StoreContext): StoreContext['report'] {
  return (event) => {
    try {
      context.report(event)
    } catch {
      // Whoever listens to events answers for them.
    }
  }
}
