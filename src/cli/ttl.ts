import { type Command, EXIT, JSON_OPTION } from './command.ts'
import { Keyspace } from './keyspace.ts'
import { duration } from './numbers.ts'
import { WHICH, withCache } from './open-caches.ts'
import { wordAt } from './parse.ts'
import { visible, visibleJson } from './visible.ts'

/** `breakwater ttl`: how long an entry is still fresh. */
export const ttlCommand: Command = {
  name: 'ttl',
  words: '<key>',
  mostWords: 1,
  summary: 'how long a value is still fresh, and how long it may be served stale',
  options: { ...WHICH, ...JSON_OPTION },
  examples: [
    ['breakwater ttl product:7', "12.4 min, or 'forever'; exit code 1 where there is none"],
  ],

  async run(call) {
    const { flags, terminal } = call
    const key = wordAt(call, 0, "a key, such as 'breakwater ttl product:7'")
    return await withCache(call, async (cache) => {
      const space = new Keyspace(cache, call.values.get('version'))
      const [found] = await space.read([space.wireOf(key)], false)
      if (found === undefined) {
        if (flags.has('json')) terminal.writeLine(visibleJson({ key, found: false }))
        terminal.say(`There is nothing under '${visible(key)}' in '${cache.alias}'.`)
        return EXIT.failed
      }
      const { entry, isStale, ttlMs } = found
      const deadMs = Math.max(0, entry.deadAt - space.core.clock.now())
      if (flags.has('json')) {
        const times = [ttlMs, deadMs].map((ms) => (ms === Infinity ? null : ms))
        terminal.writeLine(
          visibleJson({ key, found: true, stale: isStale, ttlMs: times[0], deadMs: times[1] }),
        )
        return EXIT.ok
      }
      const staleMs = deadMs === Infinity ? 0 : deadMs - (isStale ? 0 : ttlMs)
      const fresh = isStale ? 'stale' : duration(ttlMs)
      terminal.writeLine(staleMs > 0 ? `${fresh}, then stale for ${duration(staleMs)}` : fresh)
      return EXIT.ok
    })
  },
}
