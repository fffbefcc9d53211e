import { type Command, confirm, EXIT, JSON_OPTION, REMOVING } from './command.ts'
import { Keyspace } from './keyspace.ts'
import { WHICH, withCache } from './open-caches.ts'
import { wordAt } from './parse.ts'
import { visible, visibleJson } from './visible.ts'

/** `breakwater delete`: some entries by their keys. */
export const deleteCommand: Command = {
  name: 'delete',
  words: '<key…>',
  mostWords: Infinity,
  summary: 'removes values by their keys; a load that runs for one will not be stored',
  options: { ...WHICH, ...REMOVING, ...JSON_OPTION },
  examples: [
    ['breakwater delete product:7 product:8', 'asks first'],
    ['breakwater delete product:7 --yes --json', '{ "removed": 1, … }'],
  ],

  async run(call) {
    const { flags, signal, terminal, words } = call
    wordAt(call, 0, "keys, such as 'breakwater delete product:7'")
    return await withCache(call, async (cache) => {
      const space = new Keyspace(cache, call.values.get('version'))
      const wires = [...new Set(words.map((key) => space.wireOf(key)))]
      const there = await space.read(wires, false)
      const keys = there.map(({ key }) => key)
      const isDry = flags.has('dry-run')
      if (!isDry) await confirm(call, `Remove ${keysText(wires.length)} from '${cache.alias}'?`)
      const removed = isDry ? keys.length : await space.remove(wires, signal)
      if (flags.has('json')) {
        terminal.writeLine(visibleJson({ alias: cache.alias, dryRun: isDry, removed, keys }))
        return EXIT.ok
      }
      if (isDry) for (const key of keys) terminal.writeLine(visible(key))
      const what = isDry ? 'would go' : 'gone'
      terminal.say(`${removed} of ${keysText(wires.length)} ${what}.`)
      return EXIT.ok
    })
  },
}

function keysText(count: number): string {
  return count === 1 ? '1 key' : `${count} keys`
}
