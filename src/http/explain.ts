// What the cache would do with a request, and why, without running its view.
import { refuseUnknown } from '../base/suggest.ts'
import { optionError } from '../base/errors.ts'
import type { Inquiry } from './exchange.ts'
import { explanationText } from './explanation-text.ts'
import type { PageCounts, PageVerdict } from './journal.ts'
import { type PageTarget, urlKey, variantKey, type VaryPair } from './key.ts'
import type { PageCache } from './page-cache.ts'
import { standing } from './life.ts'
import { within } from './patience.ts'
import { isUnsafe } from './purge.ts'
import { type Select, selector, USER, varyPairs } from './reads.ts'
import type { Reason } from './reasons.ts'
import { answers, asRecord, type PageRecord, type StoredPage } from './record.ts'
import { freshForMs } from './replay.ts'
import { untracked } from './tag.ts'

/** How much an explanation tells. */
export interface ExplainOptions {
  /** Show the values of cookies, of Authorization and other headers that may hold secrets, and the user. Default false. */
  readonly secrets?: boolean
}

/** What would become of a request now; see the events of the same names. A `write` runs its view and drops pages. */
export type PageFate = 'hit' | 'stale' | 'miss' | 'pass' | 'bypass' | 'write'

/** What lies under the key of a request. */
export type FoundPage =
  | {
      readonly kind: 'page'
      readonly bytes: number
      readonly ageMs: number
      /** Negative when stale; `Infinity` never ends. */
      readonly freshForMs: number
      readonly tags: readonly string[]
      readonly mustRevalidate: boolean
    }
  /** A mark that answers of this address are not kept. */
  | { readonly kind: 'pass'; readonly reason: Reason; readonly untilMs: number }

/** What the page cache does with a request, and why. */
export interface PageExplanation {
  /** What would become of the request now. */
  readonly fate: PageFate
  /** Why it is no hit, as in Cache-Status: of `pass` and `bypass`, and of `miss` where the last request of the route was refused. */
  readonly reason: Reason | undefined
  /** All of it in a few sentences. */
  readonly text: string
  /** What to do to make it a hit; `undefined` where there is nothing to do. */
  readonly remedy: string | undefined
  /** The route that would answer, where the framework tells it. */
  readonly route: string | undefined
  /** What the key is made of; `undefined` where the cache keeps out of the request. */
  readonly key:
    | {
        readonly scheme: string
        readonly authority: string
        readonly path: string
        /** As far as it is a part of the key. */
        readonly query: string
        readonly authorized: boolean
        /** Who is asking, by option `user`. */
        readonly user: string | undefined
        readonly parts: readonly (string | number)[]
        /** Of options `varyOn` and `varyOnCookie`. */
        readonly varyOn: readonly VaryPair[]
        /** Of the address, in the store. */
        readonly url: string
        /** Of this request's variant, where the address has variants. */
        readonly variant: string | undefined
      }
    | undefined
  /** What the address is known to vary on, and this request's values: header names, `cookie name`, `user`. */
  readonly varies: readonly VaryPair[]
  /** How many variants of the address this process has made or served. */
  readonly variants: number
  /** What is stored for it, `undefined` when nothing is. */
  readonly found: FoundPage | undefined
  /** What else than hits happened last, newest last, and counts: of the route, or of the path where no route is known. */
  readonly recent: PageCounts & { readonly verdicts: readonly PageVerdict[] }
}

/** Values that say nothing of who is asking. */
const HARMLESS: ReadonlySet<string> = new Set([
  'accept',
  'accept-encoding',
  'accept-language',
  'host',
  'origin',
  'save-data',
  'sec-ch-ua-mobile',
  'sec-fetch-mode',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-requested-with',
])
const HIDDEN = '(hidden)'

/** @throws {CacheError} `E_OPTION` for an option that there is not */
export async function explain<Incoming>(
  cache: PageCache<Incoming>,
  inquiry: Inquiry<Incoming>,
  options: ExplainOptions,
): Promise<PageExplanation> {
  refuseUnknown('explain', options, ['secrets'])
  const { secrets = false } = options
  if (typeof secrets !== 'boolean') throw optionError('secrets', 'true or false', secrets)
  // Within a view this must not count as the view's own reading.
  const target = untracked(() => cache.targetOf(inquiry))
  const route = untracked(() => cache.routeIfKnown(inquiry))
  const recent = cache.journal.of(route, inquiry.path)
  const common = { route, recent }
  if (isUnsafe(inquiry.method)) return explained({ ...common, ...NOTHING, fate: 'write' })
  // OPTIONS and TRACE are none of the cache's business.
  if (inquiry.method !== 'GET' && inquiry.method !== 'HEAD') {
    return explained({ ...common, ...NOTHING, fate: 'bypass' })
  }
  if (typeof target === 'string') {
    return explained({ ...common, ...NOTHING, fate: 'bypass', reason: target })
  }
  const select = selector(
    (name) => untracked(() => inquiry.header(name)),
    () => untracked(() => cache.principal(inquiry)),
  )
  const looked = await look(cache, target, select)
  const shown = ([name, value]: VaryPair): VaryPair => {
    const isShown = secrets || value === undefined || HARMLESS.has(name)
    return [nameOf(name), isShown ? value : HIDDEN]
  }
  const { principal } = target
  return explained({
    ...common,
    ...fateOf(looked, recent.verdicts, cache.policy.clock.now()),
    key: {
      scheme: target.scheme,
      authority: target.authority,
      path: target.path,
      query: target.query,
      authorized: target.authorized,
      user: principal === undefined || secrets ? principal : HIDDEN,
      parts: target.parts.map((part) => (typeof part === 'number' ? part : String(part))),
      varyOn: target.varyOn.map(shown),
      url: urlKey(target),
      variant: looked.variant,
    },
    varies: varyPairs(looked.names, select).map(shown),
    variants: cache.variants.of(urlKey(target)),
  })
}

const NOTHING = {
  reason: undefined,
  key: undefined,
  varies: [],
  variants: 0,
  found: undefined,
} as const

function explained(explanation: Omit<PageExplanation, 'text' | 'remedy'>): PageExplanation {
  return { ...explanation, ...explanationText(explanation) }
}

/** `cookie sid` and `user` rather than our own spelling. */
function nameOf(name: string): string {
  return name === USER ? 'user' : name.replace(/^:cookie:/, 'cookie ')
}

interface Looked {
  /** What answers the request, or says that nothing does. */
  readonly record: PageRecord | undefined
  readonly names: readonly string[]
  readonly variant: string | undefined
  readonly failed: Reason | undefined
}

async function look<Incoming>(
  cache: PageCache<Incoming>,
  target: PageTarget,
  select: Select,
): Promise<Looked> {
  const url = await lookup(cache, urlKey(target))
  const { record } = url
  const isOther = record?.kind === 'page' && !answers(record, select)
  if (record?.kind !== 'vary' && !isOther) {
    const names = record?.kind === 'page' ? record.vary.map(([name]) => name) : []
    return { ...url, names, variant: undefined }
  }
  const names = record.kind === 'vary' ? record.names : record.vary.map(([name]) => name)
  const variant = variantKey(target, varyPairs(names, select))
  const found = await lookup(cache, variant)
  const fits = found.record?.kind !== 'page' || answers(found.record, select)
  return { ...found, record: fits ? found.record : undefined, names, variant }
}

async function lookup<Incoming>(
  cache: PageCache<Incoming>,
  key: string,
): Promise<Pick<Looked, 'record' | 'failed'>> {
  const heard = await within(
    cache.policy,
    async () => {
      const found = await cache.store.lookup(key)
      return found.hit ? found.value : undefined
    },
    () => {},
  )
  if (heard.kind !== 'value') {
    return { record: undefined, failed: heard.kind === 'none' ? heard.why : undefined }
  }
  return { record: asRecord(heard.value, key), failed: undefined }
}

function fateOf(
  { failed, record }: Looked,
  verdicts: readonly PageVerdict[],
  now: number,
): Pick<PageExplanation, 'fate' | 'found' | 'reason'> {
  if (failed !== undefined) return { fate: 'bypass', found: undefined, reason: failed }
  if (record?.kind === 'pass') {
    const { reason, until } = record
    const found = { kind: 'pass', reason, untilMs: until } as const
    // One whose time is over runs the view once more, and is then forgotten.
    return { fate: 'pass', found, reason }
  }
  if (record?.kind === 'page') {
    const found = foundPage(record, now)
    if (found.freshForMs > 0) return { fate: 'hit', found, reason: undefined }
    const isKept = standing(record, now) === 'kept'
    return { fate: isKept ? 'miss' : 'stale', found, reason: undefined }
  }
  const last = verdicts.findLast(({ what }) => what === 'refuse' || what === 'store')
  return { fate: 'miss', found: undefined, reason: last?.reason }
}

function foundPage(page: StoredPage, now: number): FoundPage & { readonly kind: 'page' } {
  return {
    kind: 'page',
    bytes: page.body.length,
    ageMs: page.initialAge * 1000 + Math.max(0, now - page.storedAt),
    freshForMs: freshForMs(page, now),
    tags: page.tags,
    mustRevalidate: page.mustRevalidate,
  }
}
