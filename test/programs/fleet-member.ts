// One process of a fleet that does a little work, with some viewers who look at the fleet at each interval. Says whom they
// see, and what processor time it took, when it is asked.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Clock, createCaches } from 'breakwater'
import { dashboard } from 'breakwater/dashboard'
import { joinFleet } from 'breakwater/fleet'
import { redis } from 'breakwater/redis'

/** What it answers. */
export interface FleetReport {
  readonly labels: readonly string[]
  /** Lists that its viewers were shown. */
  readonly lists: number
  readonly cpuMs: number
}

const [url = '', label = '', every = '2s', viewers = '0', families = '20', board = ''] =
  process.argv.slice(2)
/** Without the check-up of the server some seconds after the start, which does search it for keys of others. */
const clock: Clock = {
  now: Date.now,
  after(ms, act) {
    const timer = setTimeout(ms < 5000 ? act : () => {}, ms)
    timer.unref()
    return () => clearTimeout(timer)
  },
}
const caches = createCaches({ default: { store: redis(url), prefix: 'fleet', clock } })
const member = joinFleet(caches, { label, every: every as '2s' })
const lists = new Set<unknown>()

for (let family = 0; family < Number(families); family++)
  await caches.default.getOrSet(`family${family}:1`, () => family)
for (let viewer = 0; viewer < Number(viewers); viewer++) {
  setInterval(() => {
    void member.look().then((list) => lists.add(list))
  }, member.everyMs)
}

process.on('message', (message: string) => {
  if (message === '') {
    void caches.close().then(() => process.exit())
    return
  }
  const { user, system } = process.cpuUsage()
  // To be asked for it must not be a look.
  const seen = message === 'cpu' ? Promise.resolve([]) : member.look()
  void seen.then((seen) => {
    const labels = seen.map((each) => each.label ?? '').toSorted()
    const report: FleetReport = { labels, lists: lists.size, cpuMs: (user + system) / 1000 }
    process.send?.(report)
  })
})

if (board === '') process.send?.('ready')
else {
  // Whoever starts it looks at its pages, and is told where.
  const { node } = dashboard({ caches, fleet: member, clock })
  const server = createServer((request, response) => void node(request, response))
  server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))
}
