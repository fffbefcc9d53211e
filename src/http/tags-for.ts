import { CacheError, show } from '../base/errors.ts'
import { tagField } from '../base/generation.ts'
import type { PagePolicy } from './options.ts'

/** The tags that option `tags` gives for one request, checked. @throws {CacheError} `E_KEY`, `E_OPTION` */
export function tagsFor<Incoming>(
  policy: PagePolicy<Incoming>,
  request: Incoming,
): readonly string[] {
  const tags: unknown = policy.tags(request)
  if (!Array.isArray(tags))
    throw new CacheError(
      'E_OPTION',
      `Option 'tags': expected a list of strings from the function, got ${show(tags)}.`,
    )
  for (const tag of tags) tagField(tag as string)
  return tags as string[]
}
