// The page cache in web-standard terms, and what adapters for other shapes need.
export type { CacheControlOptions } from './cache-control.ts'
export {
  type CdnPurges,
  type CdnPurgeOptions,
  cdnPurges,
  type InvalidateSource,
  type Purger,
} from './cdn/purges.ts'
export { cloudflare, fastly, varnish } from './cdn/purgers.ts'
export type { CdnField, CdnOptions } from './cdn/tag-fields.ts'
export type { ConditionalOptions } from './conditional.ts'
export type { PageCompressOptions } from './compress-option.ts'
export type { Exchange, Filling, HeadEdit, Inquiry, Tap } from './exchange.ts'
export type { ExplainOptions, FoundPage, PageExplanation, PageFate } from './explain.ts'
export type { PageCounts, PageStats, PageVerdict } from './journal.ts'
export type { PageOptions } from './options.ts'
export { PageCache } from './page-cache.ts'
export type { PageEvent, PageEventName, PageListener } from './page-events.ts'
export type { PageLoadContext, PageStore, PageStoreOptions } from './page-store.ts'
export { purge, type PurgeStore, type PurgeTarget } from './purge.ts'
export { type Reason, type Words, wordsOf } from './reasons.ts'
export type { Reply } from './replay.ts'
export type { FieldList } from './rules/fields.ts'
export type { ResponseHead } from './rules/storable.ts'
export type { PageHoles } from '../cache/hole.ts'
export { tag } from '../cache/making.ts'
export { cacheControl, neverCache, varyOnCookie, varyOnHeaders } from './response-words.ts'
export type { SiteOptions } from './site-cache.ts'
export type { PageAddress, PageSigns } from './signs.ts'
export { readCookie, readsUser, untracked } from './tag.ts'
export { conditional, siteCache } from './web-words.ts'
export { pageCache, type PageHandler, webExchange } from './web-handler.ts'
