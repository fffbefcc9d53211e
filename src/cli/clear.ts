import type { Cache } from '../cache/cache.ts'
import {
  type Call,
  type Command,
  confirm,
  EXIT,
  JSON_OPTION,
  REMOVING,
  UsageError,
} from './command.ts'
import { hint } from '../base/suggest.ts'
import { Keyspace } from './keyspace.ts'
import { cacheOf, WHERE, warnOfMemory, withCaches } from './open-caches.ts'
import { assertDone } from './purge.ts'
import { reach } from './reach.ts'
import { dryRun, type Removal, report } from './removal.ts'

/** `breakwater clear`: whole caches, and nothing beside them. */
export const clearCommand: Command = {
  name: 'clear',
  words: '<alias> | --all',
  mostWords: 1,
  summary: 'empties one cache, a namespace of it, or all, and nothing else on the server',
  description: `One step, however much is there: what is under the prefix of the cache can no longer be served, and is swept
away in the background. Other applications, queues and sessions on the same server stay.`,
  options: {
    ...WHERE,
    namespace: {
      value: '<name>',
      summary: 'only this namespace of it; nested ones are separated by >',
    },
    all: { value: 'flag', summary: 'every cache of the configuration' },
    ...REMOVING,
    ...JSON_OPTION,
  },
  examples: [
    ['breakwater clear default --dry-run', 'what would go'],
    ['breakwater clear default --namespace tenant-7', 'asks first'],
    ['breakwater clear --all --yes', 'in a deployment'],
  ],

  async run(call) {
    const { flags, values, words } = call
    const namespace = values.get('namespace')
    const asked = words[0] ?? values.get('alias')
    if ((asked === undefined) !== flags.has('all'))
      throw new UsageError("Expected the name of a cache, or '--all' for every one.")
    return await withCaches(call, async ({ aliases, caches, source }) => {
      if (asked !== undefined && !aliases.includes(asked))
        throw new UsageError(`There is no cache '${asked}' in ${source}. ${hint(asked, aliases)}`)
      const meant = asked === undefined ? aliases : [asked]
      const what = namespace === undefined ? 'all of it' : `namespace ${namespace}`
      if (!flags.has('dry-run'))
        await confirm(call, `Empty ${meant.map((alias) => `'${alias}'`).join(', ')} (${what})?`)
      const removals: Removal[] = []
      for (const alias of meant) {
        let cache = cacheOf(caches, alias)
        warnOfMemory(call, cache)
        await reach(cache, call.signal)
        for (const name of (namespace ?? '').split('>'))
          if (name !== '') cache = cache.namespace(name)
        removals.push(await clear(call, cache, what, namespace === undefined))
      }
      report(call, removals)
      return EXIT.ok
    })
  },
}

async function clear(call: Call, cache: Cache, what: string, isWhole: boolean): Promise<Removal> {
  const { alias } = cache
  if (!call.flags.has('dry-run')) {
    assertDone(await cache.clear({ signal: call.signal }), alias)
    return { alias, what, removed: undefined }
  }
  const space = new Keyspace(cache, undefined)
  return { alias, what, ...(await dryRun(call, space, space.everything(isWhole, call.signal))) }
}
