import type { Cache } from '../cache/cache.ts'
import type { Invalidated } from '../cache/invalidating.ts'
import { purge, type PurgeTarget } from '../http/purge.ts'
import {
  type Call,
  type Command,
  confirm,
  EXIT,
  JSON_OPTION,
  REMOVING,
  UsageError,
} from './command.ts'
import { globOfPrefix, Keyspace } from './keyspace.ts'
import { WHICH, withCache } from './open-caches.ts'
import { dryRun, removeAll, report } from './removal.ts'

const TARGETS = ['tag', 'page', 'route', 'prefix', 'pattern'] as const
type Target = (typeof TARGETS)[number]

/** `breakwater purge`: entries by what they have in common. */
export const purgeCommand: Command = {
  name: 'purge',
  words: '--tag <tag> | --page <url> | --route <route> | --prefix <text> | --pattern <glob>',
  mostWords: 0,
  summary: 'invalidates by tag, page or route in one step, or removes by the beginning of keys',
  description: `By tag, page and route it is one step, however many entries there are, and loads that run for them will
not be stored. By prefix and pattern keys are searched for and removed in small steps.`,
  options: {
    ...WHICH,
    tag: { value: '<tag>', short: 't', summary: 'everything with this tag; several: --tag a,b' },
    page: { value: '<url>', summary: 'all variants of the page at this address' },
    route: { value: '<route>', summary: "all pages of this route: '/product/:id'" },
    prefix: { value: '<text>', summary: 'keys that begin with this' },
    pattern: { value: '<glob>', summary: "keys that match this: 'product:*:reviews'" },
    ...REMOVING,
    ...JSON_OPTION,
  },
  examples: [
    ['breakwater purge --tag product:7 --yes', 'everything that shows product 7'],
    ['breakwater purge --page https://shop.example/product/7', 'its page, in all variants'],
    ["breakwater purge --pattern 'search:*' --dry-run", 'which keys would go, and how many'],
  ],

  async run(call) {
    const [target, text] = targetOf(call)
    return await withCache(call, async (cache) => {
      const space = new Keyspace(cache, call.values.get('version'))
      if (target === 'prefix' || target === 'pattern') {
        const pattern = target === 'prefix' ? globOfPrefix(text) : text
        return await purgeKeys(call, cache, space, pattern)
      }
      return await purgeTags(call, cache, space, await tagsOf(target, text), `${target} ${text}`)
    })
  },
}

/** @throws {UsageError} unless there is exactly one */
function targetOf({ values }: Call): readonly [Target, string] {
  const given = TARGETS.filter((name) => values.has(name))
  const [target, ...others] = given
  if (target === undefined || others.length > 0) {
    const names = TARGETS.map((name) => `--${name}`).join(', ')
    throw new UsageError(
      `Expected one of ${names}, got ${given.length === 0 ? 'none' : 'several'}.`,
    )
  }
  return [target, values.get(target) as string]
}

/** The tags by which what is meant is known. @throws {CacheError} `E_OPTION` for an address that is none */
async function tagsOf(target: 'tag' | 'page' | 'route', text: string): Promise<string[]> {
  if (target === 'tag') return text.split(',').filter((tag) => tag !== '')
  const tags: string[] = []
  const collector = {
    invalidateTags: async (found: readonly string[]) => void tags.push(...found),
  }
  const meant: PurgeTarget = target === 'page' ? { url: text } : { route: text }
  await purge(collector, meant)
  return tags
}

async function purgeTags(
  call: Call,
  cache: Cache,
  space: Keyspace,
  tags: readonly string[],
  what: string,
): Promise<number> {
  const { alias } = cache
  if (call.flags.has('dry-run')) {
    const meant = new Set(tags)
    const everything = space.everything(true, call.signal)
    const { keys, removed } = await dryRun(call, space, everything, ({ entry }) =>
      entry.tags.some((tag) => meant.has(tag)),
    )
    report(call, [{ alias, what, removed, keys }])
    return EXIT.ok
  }
  await confirm(call, `Invalidate everything of '${alias}' with ${what}?`)
  assertDone(await cache.invalidateTags(tags, { signal: call.signal }), alias)
  report(call, [{ alias, what, removed: undefined }])
  return EXIT.ok
}

async function purgeKeys(
  call: Call,
  cache: Cache,
  space: Keyspace,
  pattern: string,
): Promise<number> {
  const { alias } = cache
  const what = `pattern ${pattern}`
  const found = space.search(pattern, call.signal)
  if (call.flags.has('dry-run')) {
    report(call, [{ alias, what, ...(await dryRun(call, space, found)) }])
    return EXIT.ok
  }
  await confirm(call, `Remove all keys of '${alias}' that match '${pattern}'?`)
  report(call, [{ alias, what, removed: await removeAll(call, space, found) }])
  return EXIT.ok
}

/** @throws {Error} when the store was away: an application goes on then, a command must say so */
export function assertDone({ applied }: Invalidated, alias: string): void {
  if (applied) return
  const code = 'E_STORE_DOWN'
  throw Object.assign(new Error(`Nothing was invalidated in '${alias}': its store is away.`), {
    code,
  })
}
