import { CacheError, optionError } from '../../../base/errors.ts'
import type { FragmentCaches } from '../../fragment-cache.ts'
import { createFragments, type Fragments } from '../../fragments.ts'
import { HelperCode, type HelperVersions } from '../../helper-code.ts'
import type { FragmentsOptions } from '../../options.ts'
import type { NunjucksEnvironment, NunjucksModule } from './nunjucks-types.ts'
import { FragmentTags } from './tags.ts'

/** How fragments are kept. */
export interface NunjucksOptions extends FragmentsOptions {
  /** The module: `import nunjucks from 'nunjucks'`. */
  readonly nunjucks: object
  /** Those of `createCaches()`, or one cache. */
  readonly caches: FragmentCaches
  /** Templates may change while the process runs. Default: true unless NODE_ENV is `production`. */
  readonly watch?: boolean
  /**
   * By name of a filter, test or global function, what it counts by in digests besides its source: for those whose source says
   * nothing, or not enough. Default none.
   */
  readonly helperVersions?: HelperVersions
}

/**
 * Gives an environment of Nunjucks 3 Django's tag: `{% cache 900 sidebar user.id %}…{% endcache %}`, and `{% nocache %}` for
 * what is rendered each time. Templates with them are rendered with a callback: `env.render(name, context, done)`.
 *
 * @returns for dropping fragments by hand, and for fragments outside of templates
 * @throws {CacheError} `E_OPTION`
 */
export function addFragments(env: object, options: NunjucksOptions): Fragments {
  const production = process.env['NODE_ENV'] === 'production'
  const { caches, helperVersions, nunjucks, watch = !production, ...rest } = options
  const module = nunjucks as NunjucksModule
  const environment = env as NunjucksEnvironment
  if (typeof environment?.addExtension !== 'function')
    throw optionError('env', 'an Environment of Nunjucks', env)
  if (typeof module?.runtime?.Frame !== 'function' || typeof module.Template !== 'function')
    throw optionError('nunjucks', "the module 'nunjucks'", nunjucks)
  const fragments = createFragments(caches, rest)
  const code = new HelperCode(helperVersions)
  const tags = new FragmentTags(fragments, environment, module, code, watch)
  environment.addExtension('breakwater', tags)
  for (const method of ['render', 'renderString'] as const) refuseAtOnce(environment, method)
  return fragments
}

/** Without a callback Nunjucks gives what is there at the end of its own run, and without a word nothing if it must wait. */
function refuseAtOnce(env: NunjucksEnvironment, method: 'render' | 'renderString'): void {
  const render = env[method]
  Object.defineProperty(env, method, {
    configurable: true,
    writable: true,
    value: (...given: unknown[]): unknown => {
      const text = render.apply(env, given)
      if (text === null && !given.some((each) => typeof each === 'function')) {
        throw new CacheError(
          'E_TEMPLATE',
          `The template waits for a cache: give env.${method} a callback.`,
        )
      }
      return text
    },
  })
}
