import type { Duration } from '../base/duration.ts'
import { CacheError, show } from '../base/errors.ts'
import { hint } from '../base/suggest.ts'
import type { FragmentOptions } from './options.ts'

/** What a tag may say besides timeout, name, and what it varies on. */
const WORDS = ['using', 'tags', 'cacheIf', 'stale', 'varyOn', 'version'] as const

/**
 * The options of a tag, in Django's words: the timeout is seconds, a number or its text, `None` is for ever, 0 and less keep
 * nothing. A duration with its unit, `'15m'`, is understood as well.
 *
 * @param words `using`, and ours: `tags` and `varyOn` (lists, or names with blanks between), `cacheIf`, `stale`, `version`
 * @throws {CacheError} `E_TEMPLATE`, where Django has TemplateSyntaxError
 */
export function tagOptions(
  timeout: unknown,
  words: Readonly<Record<string, unknown>>,
  where: string,
): FragmentOptions {
  for (const word of Object.keys(words)) {
    if ((WORDS as readonly string[]).includes(word)) continue
    throw templateError(where, `tag 'cache' got an unknown word '${word}'. ${hint(word, WORDS)}`)
  }
  const { cacheIf, stale, tags, using, varyOn, version } = words
  if (using !== undefined && typeof using !== 'string')
    throw templateError(
      where,
      `tag 'cache' expected the name of an alias, got using=${show(using)}.`,
    )
  return {
    ttl: tagDuration(timeout, where),
    ...(stale === undefined ? {} : { stale: tagDuration(stale, where) }),
    ...(tags === undefined ? {} : { tags: nameList('tags', tags, where) }),
    ...(varyOn === undefined ? {} : { varyOn: nameList('varyOn', varyOn, where) }),
    ...(using === undefined ? {} : { using }),
    ...(version === undefined ? {} : { version: versionWord(version, where) }),
    ...('cacheIf' in words ? { cacheIf: Boolean(cacheIf) } : {}),
  }
}

function versionWord(version: unknown, where: string): string {
  if (typeof version === 'string' || typeof version === 'number') return String(version)
  throw templateError(where, `expected version to be a text or a number, got ${show(version)}.`)
}

/** What a fragment's tag says it depends on, besides the digest of its template. */
export function versionOf({ version }: FragmentOptions, digest: string): string {
  return version === undefined ? digest : `${digest}.${version}`
}

function tagDuration(given: unknown, where: string): Duration {
  if (given === null) return 'forever'
  if (typeof given === 'string' && /^\s*\d+(\.\d+)?\s?(ms|s|m|h|d|w)\s*$/.test(given))
    return given.trim() as Duration
  if (given === 'forever') return given
  const text = typeof given === 'string' ? given.trim() : given
  const seconds = typeof text === 'string' && /^[-+]?\d+$/.test(text) ? Number(text) : text
  if (given === undefined)
    throw templateError(where, "tag 'cache' got an unknown variable for its timeout.")
  if (typeof seconds !== 'number' || !Number.isFinite(seconds))
    throw templateError(where, `tag 'cache' got a timeout that is no whole number: ${show(given)}.`)
  return { seconds: Math.max(0, Math.trunc(seconds)) }
}

function nameList(word: string, names: unknown, where: string): readonly string[] {
  if (typeof names === 'string') return names.split(/\s+/).filter((name) => name !== '')
  if (Array.isArray(names)) return names.map(String)
  throw templateError(where, `expected ${word} to be a list or a text, got ${show(names)}.`)
}

/** @param where `page.njk, line 3` */
export function templateError(where: string, message: string, cause?: unknown): CacheError {
  return new CacheError('E_TEMPLATE', `${where}: ${message}`, { cause })
}

/** A template's name and a line, for messages. */
export function place(template: string | undefined, line: number): string {
  return `${template ?? 'a template without a name'}, line ${line}`
}
