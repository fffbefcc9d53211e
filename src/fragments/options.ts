import { type Duration, toMs } from '../base/duration.ts'
import { optionError } from '../base/errors.ts'
import { tagField } from '../base/generation.ts'
import { refuseUnknown } from '../base/suggest.ts'

/**
 * Renders what a hole shows.
 *
 * @param args what the hole was given where it stands, as it was stored
 * @param context what `inPages` was told to find out about the request; `undefined` where the page is of no such route
 */
export type HoleRenderer = (args: unknown, context?: object) => Promise<string> | string

/** How one fragment is kept. */
export interface FragmentOptions {
  /** How long it is fresh. Default: the alias's `ttl`. `'0s'` keeps nothing, `'forever'` never expires. */
  readonly ttl?: Duration | undefined
  /** How long after `ttl` it may still be served while it is rendered anew behind the answer. Default: the alias's `stale`. */
  readonly stale?: Duration | undefined
  /** Tags, besides those that it is given while it is rendered and those of the fragments in it. Default none. */
  readonly tags?: readonly string[] | undefined
  /** The alias of the cache. Default `template_fragments` where there is one, otherwise `default`. */
  readonly using?: string | undefined
  /** False renders it each time. Default true. */
  readonly cacheIf?: boolean | undefined
  /**
   * Names of what `vary` stands for, such as `['user']`: what is marked so by `perRequest(user, 'user')` may then be shown.
   * Default none.
   */
  readonly varyOn?: readonly string[] | undefined
  /** Part of the key: what the markup depends on besides, such as a build. Default none. */
  readonly version?: string | undefined
  /** What is rendered each time, by name. Default: those of `createFragments`. */
  readonly holes?: Readonly<Record<string, HoleRenderer>> | undefined
}

const OPTIONS: readonly (keyof FragmentOptions)[] = [
  'ttl',
  'stale',
  'tags',
  'using',
  'cacheIf',
  'varyOn',
  'version',
  'holes',
]

/** How all fragments are kept. */
export interface FragmentsOptions {
  /** Holes that every fragment may have, by name. Default none. */
  readonly holes?: Readonly<Record<string, HoleRenderer>>
  /**
   * Part of what holes that are functions are known by: the code of each counts by itself, what that calls does not. Such as
   * the commit that was built. Default none.
   */
  readonly version?: string | undefined
  /**
   * What happens to a fragment that shows what is one visitor's own. `'throw'`: `E_PERSONAL`, with what it was and what to do.
   * `'skip'`: it is rendered for each and not kept, and a `refuse` event says why. Default: `'skip'` in production (NODE_ENV),
   * otherwise `'throw'`.
   */
  readonly onPersonal?: 'throw' | 'skip'
}

/** @throws {CacheError} `E_OPTION`, `E_KEY` for a bad tag */
export function checkFragmentOptions(options: FragmentOptions): void {
  refuseUnknown('Fragment', options, OPTIONS)
  const { cacheIf, stale, tags = [], ttl, using, varyOn = [], version } = options
  if (ttl !== undefined) toMs(ttl, 'ttl')
  if (stale !== undefined) toMs(stale, 'stale')
  if (!Array.isArray(tags)) throw optionError('tags', 'a list of strings', tags)
  for (const tag of tags) tagField(tag)
  if (using !== undefined && typeof using !== 'string')
    throw optionError('using', 'the name of an alias', using)
  if (cacheIf !== undefined && typeof cacheIf !== 'boolean')
    throw optionError('cacheIf', 'true or false', cacheIf)
  if (!Array.isArray(varyOn))
    throw optionError('varyOn', "a list of names such as ['user']", varyOn)
  if (version !== undefined && (typeof version !== 'string' || version === ''))
    throw optionError('version', 'a string', version)
}

/** @throws {CacheError} `E_OPTION` */
export function resolveOnPersonal(options: FragmentsOptions): 'throw' | 'skip' {
  refuseUnknown('createFragments', options, ['holes', 'version', 'onPersonal'])
  const production = process.env['NODE_ENV'] === 'production'
  const { onPersonal = production ? 'skip' : 'throw' } = options
  if (onPersonal === 'throw' || onPersonal === 'skip') return onPersonal
  throw optionError('onPersonal', "'throw' or 'skip'", onPersonal)
}
