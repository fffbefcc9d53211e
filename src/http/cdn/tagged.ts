import type { Inquiry } from '../exchange.ts'
import type { PageTarget } from '../key.ts'
import { tagsFor } from '../options.ts'
import type { PageCache } from '../page-cache.ts'
import { addressTag, routeTag } from '../purge.ts'
import { parseCacheControl } from '../rules/cache-control.ts'
import { fieldLines, type FieldList } from '../rules/fields.ts'
import { targetedControl } from '../rules/targeted.ts'
import type { TagScope } from '../tag.ts'
import type { Tagged } from './tag-fields.ts'

/**
 * The tags of a response that a view is about to send: of its address, its route, its options, and what `tag(...)` was told so
 * far. Also of one that is not kept here, because caches outside may keep it.
 *
 * @returns `undefined` where no cache outside is told, or may share it
 */
export function taggedBy<Incoming>(
  cache: PageCache<Incoming>,
  inquiry: Inquiry<Incoming>,
  target: PageTarget,
  scope: TagScope,
): ((fields: FieldList) => Tagged | undefined) | undefined {
  const { policy } = cache
  if (policy.cdn === undefined || target.principal !== undefined) return undefined
  const tags = (): readonly string[] => {
    const { authority, path, query } = target
    const route = cache.route(inquiry)
    return [
      ...tagsFor(policy, inquiry.incoming),
      addressTag(authority, path, query),
      ...(route === undefined ? [] : [routeTag(route)]),
      ...scope.tags,
    ]
  }
  return (fields) => {
    if (!isForCdns(fields)) return undefined
    try {
      // What options read is not what the view reads.
      return { fields, tags: scope.reads === undefined ? tags() : scope.reads.untracked(tags) }
    } catch (error) {
      policy.onError(error)
      return { fields, tags: undefined }
    }
  }
}

/** Whether caches outside may keep a page, by what they hear, which need not be what this one hears. */
export function isForCdns(fields: FieldList): boolean {
  const control = targetedControl(fields) ?? parseCacheControl(fieldLines(fields, 'cache-control'))
  return !control.private && !control.noStore
}
