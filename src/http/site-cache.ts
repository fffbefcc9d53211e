import type { Duration } from '../base/duration.ts'
import { optionError } from '../base/errors.ts'
import { refuseUnknown } from '../base/suggest.ts'
import { PAGE_OPTIONS, type PageOptions } from './options.ts'
import { PageCache } from './page-cache.ts'
import type { PageStore } from './page-store.ts'
import { pathsUnder } from './rules/paths-under.ts'

/**
 * How the pages of a whole site are cached. Without `allowQuery`, which only a route knows: it would hide from every view the
 * parameters of all others.
 *
 * @typeParam Incoming as in {@link PageOptions}
 */
export interface SiteOptions<Incoming = Request> extends Omit<PageOptions<Incoming>, 'allowQuery'> {
  /**
   * Paths that are left to their views, each with all that is beneath it: `['/admin', '/cart']`. As the client sees them,
   * wherever the site is mounted; by whole segments, in any spelling that a router might accept. Default none.
   */
  readonly except?: readonly string[]
}

const SITE_OPTIONS: readonly string[] = [
  ...PAGE_OPTIONS.filter((name) => name !== 'allowQuery'),
  'except',
]

/**
 * The cache around all routes of a site. A page cache of a route within answers for its own pages, by its own options.
 *
 * @throws {CacheError} `E_OPTION`, `E_KEY`
 */
export function sitePages<Incoming>(
  store: PageStore,
  ttl: Duration,
  options: SiteOptions<Incoming>,
): PageCache<Incoming> {
  refuseUnknown('Site cache', options, SITE_OPTIONS)
  const { except = [], ...forPages } = options
  const right = Array.isArray(except) && except.every(isPath)
  if (!right) {
    throw optionError('except', "a list of paths such as '/admin', with all beneath them", except)
  }
  return new PageCache(store, ttl, forPages, { isExcepted: pathsUnder(except) })
}

/** Not the whole site, and no pattern: `/admin/*` would be a segment of its own. */
function isPath(given: unknown): boolean {
  if (typeof given !== 'string' || !given.startsWith('/')) return false
  return !/[*?#]|\/(?::|\.\.?(?:\/|$))/.test(given) && !pathsUnder([given])('/')
}
