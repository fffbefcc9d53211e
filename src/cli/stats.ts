import { type Duration, toMs } from '../base/duration.ts'
import type { CacheStats } from '../cache/stats.ts'
import type { Measures } from '../metrics/index.ts'
import { type Call, type Command, EXIT, JSON_OPTION, UsageError } from './command.ts'
import { FLEET, FleetView, NOBODY, type Snapshot, steps, together, totals } from './fleet-view.ts'
import { cacheOf, type OpenedCaches, WHERE, withCaches } from './open-caches.ts'
import { statsReport } from './stats-report.ts'
import { visibleJson } from './visible.ts'

/** What a store says of itself, as far as it concerns everybody. */
export type ServerStats = Pick<
  CacheStats,
  'alias' | 'store' | 'reachable' | 'entries' | 'bytes' | 'maxBytes' | 'evictions' | 'clients'
>

/** `breakwater stats`: what the caches of all processes have done, and how their servers are. */
export const statsCommand: Command = {
  name: 'stats',
  words: '',
  mostWords: 0,
  summary: 'hits, misses, loads and time saved of all processes, and how the servers are',
  description: `Counted since each process started, or with --since within a time that begins now. What processes have
done, those tell that have joined a fleet: joinFleet(caches).`,
  options: {
    ...WHERE,
    watch: { value: 'flag', short: 'w', summary: 'goes on until Ctrl-C' },
    since: { value: '<duration>', summary: "what happens within this time, beginning now: '10s'" },
    ...FLEET,
    ...JSON_OPTION,
  },
  examples: [
    ['breakwater stats', 'totals since the processes started'],
    ['breakwater stats --since 30s', 'what happens within half a minute'],
    ['breakwater stats --watch --since 5s --json', 'a line of JSON every five seconds'],
  ],

  async run(call) {
    const since = call.values.get('since')
    const sinceMs = since === undefined ? undefined : toMs(since as Duration, '--since')
    if (sinceMs !== undefined && !(sinceMs > 0 && sinceMs < Infinity))
      throw new UsageError("'--since' takes a time such as '10s'.")
    return await withCaches(call, async (opened) => {
      const view = await FleetView.open(call, opened.caches)
      try {
        await report(call, opened, view, sinceMs)
        return EXIT.ok
      } finally {
        await view.leave()
      }
    })
  },
}

async function report(
  call: Call,
  opened: OpenedCaches,
  view: FleetView,
  sinceMs: number | undefined,
): Promise<void> {
  const { flags, terminal } = call
  let snapshot = await view.settled(call)
  if (snapshot.processes.length === 0) terminal.say(terminal.sidePaint.yellow(NOBODY))
  const isWatching = flags.has('watch')
  for (;;) {
    let measures: readonly Measures[] = totals(snapshot)
    if (sinceMs !== undefined) {
      terminal.progress('Measuring')
      const next = await view.after(Math.max(sinceMs, view.everyMs), call)
      measures = together(steps(snapshot, next))
      snapshot = next
    }
    await print(call, opened, snapshot, measures)
    if (!isWatching) return
    if (sinceMs === undefined) snapshot = await view.after(view.everyMs, call)
  }
}

async function print(
  call: Call,
  opened: OpenedCaches,
  snapshot: Snapshot,
  measures: readonly Measures[],
): Promise<void> {
  const { flags, terminal } = call
  const asked = call.values.get('alias')
  const shown = measures.filter(({ alias }) => asked === undefined || alias === asked)
  const servers = await serversOf(opened, asked)
  if (flags.has('json')) {
    const processes = snapshot.processes.map(({ measures: _, ...process }) => process)
    const told = { at: snapshot.at, processes, measures: shown, servers }
    // One line for each, where there are several.
    terminal.writeLine(visibleJson(told, flags.has('watch') ? 0 : 2))
    return
  }
  const text = statsReport({ snapshot, measures: shown, servers }, terminal)
  terminal.write(flags.has('watch') && terminal.isTty ? `\u001b[H\u001b[2J${text}` : text)
}

async function serversOf(opened: OpenedCaches, asked: string | undefined): Promise<ServerStats[]> {
  const meant = opened.aliases.filter((alias) => asked === undefined || alias === asked)
  const caches = meant.map((alias) => cacheOf(opened.caches, alias))
  const shared = caches.filter(({ can }) => can.shared)
  return await Promise.all(
    shared.map(async (cache) => {
      const { alias, bytes, clients, entries, evictions, maxBytes, reachable, store } =
        await cache.stats()
      return { alias, store, reachable, entries, bytes, maxBytes, evictions, clients }
    }),
  )
}
