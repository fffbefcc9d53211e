import type { Clock } from '../base/clock.ts'
import type { CacheError } from '../base/errors.ts'
import type { Afterlife, ReplyWith } from './afterlife.ts'
import type { Afterwards } from './life.ts'
import type { HeadEdit } from './exchange.ts'
import type { Marks } from './holes/marks.ts'
import type { Reason } from './reasons.ts'
import type { Reads } from './reads.ts'
import type { StoredPage } from './record.ts'
import type { Reply } from './replay.ts'
import type { FieldList } from './rules/fields.ts'
import type { SearchRule } from './rules/no-vary-search.ts'

/** What a fill needs to know besides the response. */
export interface FillTerms {
  readonly clock: Clock
  readonly pageTtlMs: number
  readonly maxBodyBytes: number
  /** What the view does not say of a page's afterlife. */
  readonly afterwards: Afterwards & { readonly keepMs: number }
  /** Of the page that is made anew, where there is one. */
  readonly afterlife: Afterlife | undefined
  /** Of the holes of the page; `undefined` where it may have none. */
  readonly marks: Marks | undefined
  /** Whether a page of such a head may be kept in more codings than its own. */
  readonly mayBeCoded: (fields: FieldList) => boolean
  /** The page with its bodies in those codings. Never rejects. */
  readonly coded: (page: StoredPage) => Promise<StoredPage>
  /** How long the body may take from the head on. */
  readonly waitMs: number
  /** Targeted fields, as in {@link Circumstances}. */
  readonly targets: readonly string[]
  readonly authorized: boolean
  /** The Vary names that the key has; `undefined` while nothing is known of the URL. */
  readonly names: readonly string[] | undefined
  readonly header: (name: string) => string | undefined
  /** What the view reads of its request. */
  readonly reads: Reads
  /** Whether the key has what is read under this name, whatever the response varies on. */
  readonly isKeyed: (name: string) => boolean
  /** What is read and neither keyed nor named in `Vary` stops the store. */
  readonly strict: boolean
  /** The page is one user's: other caches must not share it. */
  readonly personal: boolean
  /** Asked when the body has ended: why the page cannot be kept after all, or `undefined`. */
  readonly lastWord: () => Reason | undefined
  /** How the head goes out. @param refusal why the response is not stored; `undefined` when it will be */
  readonly announce: (refusal: Reason | undefined, fields: FieldList) => HeadEdit
  /** A page that would show to all what is one request's own is an error, where it can be seen to. */
  readonly throwsPersonal: boolean
  /** Tells of a mistake of the view. @returns what its client gets */
  readonly tell: (mistake: CacheError) => Reply
  /** The query that the page is made for. */
  readonly query: string
  /** Hears what the page says of its query. @returns whether it may be kept under this key */
  readonly hearSearch: (rule: SearchRule | undefined) => boolean
  /** A page in place of the view's response; a plain error where nothing may be served. */
  readonly reply: ReplyWith
}
