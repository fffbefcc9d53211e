// How tags are called outside: the same when a page goes out and when it is purged, in any process.
import { createHash } from 'node:crypto'

/** On every page that carries tags outward: purged when everything is. No tag is written like it. */
export const EVERYTHING = '~all'
/** In place of the tags of a page that has too many: purged with any tag, because nobody can tell which it has. */
export const TOO_MANY = '~many'

/** Of a name, in bytes: CloudFront takes 256, Fastly and Cloudflare 1024. */
const LONGEST_NAME = 200
// What blank-separated, comma-separated and quoted lists can carry alike, and no `~` and `%`, which are ours.
const NOT_PLAIN = /[^\w!#$&'()*+./:;<=>?@^`{|}-]/gu

/**
 * The name of a tag in Surrogate-Key, Cache-Tag and xkey: itself where it can be, otherwise with percent-codes, or a hash
 * where that is too long. No two tags have one name, but for CDNs that do not tell capitals from small letters.
 */
export function cdnName(tag: string): string {
  const name = tag.replace(NOT_PLAIN, percent)
  if (name.length <= LONGEST_NAME) return name
  // Percent-codes are of hexadecimal digits, so no escaped tag begins like this.
  return `%hash:${createHash('sha256').update(tag).digest('base64url')}`
}

/** The names to purge for tags. */
export function purgeNames(tags: Iterable<string>): readonly string[] {
  const names = new Set<string>()
  for (const tag of tags) names.add(cdnName(tag))
  return names.size === 0 ? [] : [...names, TOO_MANY]
}

function percent(character: string): string {
  const bytes = [...Buffer.from(character)]
  return bytes.map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('')
}
