import { optionError } from '../../../base/errors.ts'
import type { FragmentCaches } from '../../fragment-cache.ts'
import { createFragments, type Fragments } from '../../fragments.ts'
import { HelperCode, type HelperVersions } from '../../helper-code.ts'
import type { FragmentsOptions } from '../../options.ts'
import type { LiquidEngine } from './liquid-types.ts'
import { FragmentTags, tagClasses } from './tags.ts'

/** How fragments are kept. */
export interface LiquidOptions extends FragmentsOptions {
  /** Those of `createCaches()`, or one cache. */
  readonly caches: FragmentCaches
  /** Templates may change while the process runs. Default: true unless NODE_ENV is `production`. */
  readonly watch?: boolean
  /**
   * By name of a filter, what it counts by in digests besides its source: for those whose source says nothing, or not enough.
   * Default none.
   */
  readonly helperVersions?: HelperVersions
}

/**
 * Gives an engine of LiquidJS 10 Django's tag: `{% cache 900 sidebar user.id %}…{% endcache %}`, and `{% nocache %}` for what
 * is rendered each time.
 *
 * @returns for dropping fragments by hand, and for fragments outside of templates
 * @throws {CacheError} `E_OPTION`
 */
export function addFragments(liquid: object, options: LiquidOptions): Fragments {
  const production = process.env['NODE_ENV'] === 'production'
  const { caches, helperVersions, watch = !production, ...rest } = options
  const engine = liquid as LiquidEngine
  if (typeof engine?.registerTag !== 'function' || typeof engine.analyze !== 'function')
    throw optionError('liquid', 'a Liquid of LiquidJS 10', liquid)
  const fragments = createFragments(caches, rest)
  const tags = new FragmentTags(fragments, engine, new HelperCode(helperVersions), watch)
  for (const [name, tag] of Object.entries(tagClasses(tags))) engine.registerTag(name, tag)
  return fragments
}
