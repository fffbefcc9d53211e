import { type Call, type Command, EXIT, JSON_OPTION } from './command.ts'
import { type Found, Keyspace } from './keyspace.ts'
import { bytes, duration } from './numbers.ts'
import { WHICH, withCache } from './open-caches.ts'
import { wordAt } from './parse.ts'
import { settingsOf } from '../config/settings.ts'
import { preview, shownType, sizeOf } from './value.ts'
import { visible, visibleJson } from './visible.ts'

const HIDDEN = 'hidden, since this cache is sensitive: --show-sensitive shows it'

/** `breakwater get`: one entry. */
export const getCommand: Command = {
  name: 'get',
  words: '<key>',
  mostWords: 1,
  summary: 'one value, decoded, with its ttl, age, size and tags',
  options: {
    ...WHICH,
    full: { value: 'flag', summary: 'the whole value, however long; default: its beginning' },
    raw: {
      value: 'flag',
      summary: 'the value alone: a text or bytes as they are, anything else as JSON',
    },
    'show-sensitive': { value: 'flag', summary: 'also of a cache that is configured as sensitive' },
    ...JSON_OPTION,
  },
  examples: [
    ['breakwater get product:7', 'what is cached of product 7'],
    ['breakwater get sitemap --raw > sitemap.xml', 'as it was stored'],
    ['breakwater get cart:1 --namespace tenant-7 --json', 'in a namespace, for a program'],
  ],

  async run(call) {
    const key = wordAt(call, 0, "a key, such as 'breakwater get product:7'")
    return await withCache(call, async (cache) => {
      const space = new Keyspace(cache, call.values.get('version'))
      const [found] = await space.read([space.wireOf(key)], true)
      if (found === undefined) {
        if (call.flags.has('json')) call.terminal.writeLine(visibleJson({ key, found: false }))
        call.terminal.say(`There is nothing under '${visible(key)}' in '${cache.alias}'.`)
        return EXIT.failed
      }
      const isHidden = settingsOf(cache)?.sensitive === true && !call.flags.has('show-sensitive')
      return print(call, space, found, isHidden)
    })
  },
}

function print(call: Call, space: Keyspace, found: Found, isHidden: boolean): number {
  const { flags, terminal } = call
  const { entry, undecodable } = found
  if (flags.has('json')) {
    terminal.writeLine(visibleJson(asJson(space, found, isHidden)))
    return undecodable === undefined ? EXIT.ok : EXIT.failed
  }
  if (undecodable !== undefined || isHidden) {
    if (!flags.has('raw')) printHead(call, space, found)
    terminal.say(undecodable === undefined ? `The value is ${HIDDEN}.` : visible(undecodable))
    return undecodable === undefined && !flags.has('raw') ? EXIT.ok : EXIT.failed
  }
  if (flags.has('raw')) {
    printRaw(call, entry.value)
    return EXIT.ok
  }
  printHead(call, space, found)
  const text = preview(entry.value, flags.has('full'))
  terminal.write(
    `\n${text
      .split('\n')
      .map((row) => `  ${row}\n`)
      .join('')}`,
  )
  return EXIT.ok
}

function printHead({ terminal }: Call, space: Keyspace, found: Found): void {
  const { paint } = terminal
  const { entry, isStale, key, ttlMs, undecodable } = found
  const age = duration(Math.max(0, space.core.clock.now() - entry.storedAt))
  const loaded = entry.loadMs > 0 ? `, loaded in ${duration(entry.loadMs)}` : ''
  const rows: (readonly [string, string])[] = [
    ['type', undecodable === undefined ? shownType(entry.value) : paint.red('undecodable')],
    ['size', bytes(sizeOf(space.core, found))],
    ['ttl', isStale ? paint.yellow('stale') : duration(ttlMs)],
    ['stored', `${age} ago${loaded}`],
    ['tags', visible(entry.tags.join('  ')) || '-'],
    ['wire key', visible(found.wire)],
  ]
  terminal.writeLine(paint.bold(visible(key)))
  for (const [name, value] of rows) terminal.writeLine(`  ${paint.dim(name.padEnd(8))}  ${value}`)
}

/** To a terminal even so nothing that acts on it; to a file or a program as it is. */
function printRaw({ terminal }: Call, value: unknown): void {
  if (value instanceof Uint8Array && !terminal.isTty) terminal.write(value)
  else if (typeof value === 'string' && !terminal.isTty) terminal.write(value)
  else if (typeof value === 'string') terminal.writeLine(visible(value))
  else terminal.writeLine(visibleJson(value))
}

function asJson(space: Keyspace, found: Found, isHidden: boolean): unknown {
  const { entry, isStale, key, ttlMs, undecodable, wire } = found
  const isShown = undecodable === undefined && !isHidden
  return {
    key,
    found: true,
    wire,
    stale: isStale,
    ttlMs: ttlMs === Infinity ? null : ttlMs,
    storedAt: entry.storedAt,
    loadMs: entry.loadMs,
    tags: entry.tags,
    bytes: sizeOf(space.core, found) ?? null,
    type: undecodable === undefined ? shownType(entry.value) : 'undecodable',
    ...(undecodable === undefined ? {} : { undecodable }),
    ...(isHidden ? { hidden: true } : {}),
    ...(isShown ? { value: entry.value } : {}),
  }
}
