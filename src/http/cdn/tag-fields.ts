// The tags of a page as fields that caches outside understand: Surrogate-Key (Fastly), Cache-Tag (Cloudflare and others), xkey
// (Varnish), Cache-Groups (RFC 9875 §2).
import { type Bytes, toBytes } from '../../base/bytes.ts'
import { optionError } from '../../base/errors.ts'
import { refuseUnknown } from '../../base/suggest.ts'
import type { HeadEdit } from '../exchange.ts'
import { groupTags } from '../rules/cache-groups.ts'
import { fieldLines, type FieldList } from '../rules/fields.ts'
import { cdnName, EVERYTHING, TOO_MANY } from './names.ts'

/** See option `cdn`. */
export interface CdnOptions {
  /** The fields that carry the tags: those that the CDN in front reads. At least one. */
  readonly fields: readonly CdnField[]
  /**
   * The longest value of such a field. A page with more tags carries one name instead, which every purge purges. Fastly and
   * Cloudflare read 16 KB of it, many proxies take no more than 8 KB of all fields. At most `'16kb'`. Default `'8kb'`.
   */
  readonly maxBytes?: Bytes
  /** The same for the number of tags: CloudFront reads 50, Akamai 128. 1 or more. Default 1000. */
  readonly maxTags?: number
}

/** The response headers in which CDNs look for tags. */
export type CdnField = 'Surrogate-Key' | 'Cache-Tag' | 'Cache-Groups' | 'xkey'

export interface CdnPolicy {
  readonly fields: readonly CdnField[]
  readonly maxBytes: number
  readonly maxTags: number
}

const FIELDS: readonly CdnField[] = ['Surrogate-Key', 'Cache-Tag', 'Cache-Groups', 'xkey']
const MOST_BYTES = 16_384

/** @throws {CacheError} `E_OPTION` */
export function cdnPolicy(given: CdnOptions | undefined): CdnPolicy | undefined {
  if (given === undefined) return undefined
  refuseUnknown('cdn', given, ['fields', 'maxBytes', 'maxTags'])
  const { fields, maxTags = 1000 } = given
  const isRight = Array.isArray(fields) && fields.length > 0
  if (!isRight || !fields.every((field) => FIELDS.includes(field))) {
    throw optionError('cdn.fields', `a list of some of ${FIELDS.join(', ')}`, fields)
  }
  const maxBytes = toBytes(given.maxBytes ?? '8kb', 'cdn.maxBytes')
  if (!(maxBytes >= 256 && maxBytes <= MOST_BYTES)) {
    throw optionError('cdn.maxBytes', "'256b' to '16kb'", given.maxBytes)
  }
  if (!(Number.isSafeInteger(maxTags) && maxTags >= 1)) {
    throw optionError('cdn.maxTags', 'a whole number of 1 or more', maxTags)
  }
  return Object.freeze({ fields: Object.freeze([...new Set(fields)]), maxBytes, maxTags })
}

/** What caches outside may know a page by. */
export interface Tagged {
  /** Of the page as its view wrote them: what it says in a field for tags itself goes out, too. */
  readonly fields: FieldList
  /** `undefined` when they cannot be told. */
  readonly tags: readonly string[] | undefined
}

export function tagFields(policy: CdnPolicy, { fields, tags }: Tagged): HeadEdit {
  const drop: string[] = []
  const add: string[] = []
  for (const name of policy.fields) {
    const lower = name.toLowerCase()
    const { own, separator, said } =
      name === 'Cache-Groups' ? groups(fields, tags) : names(name, fields, tags)
    const whole = [...new Set([...said, ...own])]
    const text = whole.join(separator)
    const fits =
      tags !== undefined && tags.length <= policy.maxTags && text.length <= policy.maxBytes
    drop.push(lower)
    add.push(name, fits ? text : [...new Set([...said, ...instead(name)])].join(separator))
  }
  return { drop, add }
}

interface Listed {
  readonly separator: string
  /** By the view itself. */
  readonly said: readonly string[]
  readonly own: readonly string[]
}

function names(name: CdnField, fields: FieldList, tags: readonly string[] = []): Listed {
  const said = fieldLines(fields, name.toLowerCase()).flatMap((line) => line.split(/[\s,]+/))
  const all = [...tags, ...groupTags(fields, 'cache-groups')]
  return {
    separator: name === 'Cache-Tag' ? ',' : ' ',
    said: said.filter((each) => each !== ''),
    own: [...all.map(cdnName), EVERYTHING],
  }
}

function groups(fields: FieldList, tags: readonly string[] = []): Listed {
  const known = groupTags(fields, 'cache-groups')
  const own = [...tags, EVERYTHING].filter((tag) => !known.includes(tag))
  return { separator: ', ', said: fieldLines(fields, 'cache-groups'), own: own.map(groupName) }
}

function instead(name: CdnField): readonly string[] {
  const all = [EVERYTHING, TOO_MANY]
  return name === 'Cache-Groups' ? all.map(groupName) : all
}

/** A tag as a string of RFC 9651 §3.3.3: as it is, so that the application's own Cache-Group-Invalidation names it. */
function groupName(tag: string): string {
  const text = /^[\x20-\x7e]*$/.test(tag) ? tag : cdnName(tag)
  return `"${text.replace(/["\\]/g, '\\$&')}"`
}
