import { type PageTarget, urlKey, variantKey } from './key.ts'
import { keptMs } from './life.ts'
import type { PagePolicy } from './options.ts'
import type { Outcome } from './outcome.ts'
import type { PageLoadContext, PageStore } from './page-store.ts'
import type { Reason } from './reasons.ts'
import { varyPairs } from './reads.ts'
import { asRecord, type PageRecord, type StoredPage } from './record.ts'
import { freshForMs } from './replay.ts'

/** Learned names are worth keeping longer than a short-lived page: each time they are forgotten costs a view. */
const LEARNED_MS = 600_000

export interface Conclusion {
  /** What those who waited get, and what is stored unless the context was told to skip. */
  readonly record: PageRecord
  /** Work that nobody needs to wait for. */
  readonly afterwards?: () => Promise<unknown>
}

export interface Load {
  readonly policy: Pick<
    PagePolicy<never>,
    'clock' | 'errorMs' | 'keepMs' | 'passMs' | 'staleMs' | 'ttlMs'
  >
  readonly store: PageStore
  readonly target: PageTarget
  /** Under which its page is stored. */
  readonly key: string
  readonly header: (name: string) => string | undefined
  /** The Vary names of the key; `undefined` for the URL's own. */
  readonly names: readonly string[] | undefined
  readonly routeTags: readonly string[]
  readonly viewTags: readonly string[]
}

/** What a load leaves behind: a page, a mark that there is none, or what was learned of the URL. */
export function conclude(outcome: Outcome, context: PageLoadContext, load: Load): Conclusion {
  context.stale('0s')
  if (outcome.kind === 'refused') return refuse(outcome, context, load)
  if (outcome.kind === 'grown') {
    context.skip('it varies on more than its key')
    return { record: passOnce('vary grew'), afterwards: () => learn(outcome.names, load) }
  }
  const { page } = outcome
  const record = {
    ...page,
    key: load.key,
    tags: [...new Set([...load.routeTags, ...load.viewTags])],
  }
  return keep(record, context, load)
}

/** Says how long the store is to have the page, and for how long of that it is to call nobody to make it anew. */
function keep(page: StoredPage, context: PageLoadContext, load: Load): Conclusion {
  const now = load.policy.clock.now()
  const afterMs = keptMs(page, load.policy)
  const freshMs = freshForMs(page, now)
  // Of a page with `no-cache` each request asks for itself, so the store is to leave it alone.
  if (page.noCache) context.ttl(duration(afterMs))
  else if (page.held !== null) {
    const heldMs = page.held.until - now
    context.ttl(duration(heldMs))
    context.stale(duration(Math.max(0, freshMs + afterMs - heldMs)))
  } else if (freshMs > 0) {
    context.ttl(duration(freshMs))
    context.stale(duration(afterMs))
  } else {
    context.skip('it was stale before it ended')
    return { record: passOnce('no lifetime') }
  }
  context.tag(...page.tags)
  return { record: page }
}

function refuse(
  refused: Outcome & { kind: 'refused' },
  context: PageLoadContext,
  load: Load,
): Conclusion {
  const { clock, passMs } = load.policy
  const { lasting, reason, varyNames } = refused
  if (!lasting || passMs === 0) {
    context.skip(reason)
    if (refused.gone !== true) return { record: passOnce(reason) }
    const { names, store, target } = load
    const key =
      names === undefined ? urlKey(target) : variantKey(target, varyPairs(names, load.header))
    return { record: passOnce(reason), afterwards: () => store.delete(key) }
  }
  const pass: PageRecord = { kind: 'pass', reason, until: clock.now() + passMs }
  const ttl = duration(passMs)
  if (load.names !== undefined || varyNames.length === 0) {
    context.ttl(ttl)
    return { record: pass }
  }
  // What is private for this visitor's cookie need not be for another's: the URL learns the name, and only this variant is
  // passed. The mark is no page, so it may be `set`.
  const variant = variantKey(load.target, varyPairs(varyNames, load.header))
  context.ttl(learnedFor(load))
  return {
    record: { kind: 'vary', names: varyNames },
    afterwards: () => load.store.set(variant, pass, { ttl, stale: '0s' }),
  }
}

/** Makes the URL's names the union. A lost race forgets a name that the next response brings again; no page is at stake. */
async function learn(names: readonly string[], load: Load): Promise<void> {
  const key = urlKey(load.target)
  const found = await load.store.lookup(key)
  const known = found.hit ? asRecord(found.value, key) : undefined
  const before = known?.kind === 'vary' ? known.names : []
  const union = [...new Set([...before, ...names])].toSorted()
  await load.store.set(key, { kind: 'vary', names: union }, { ttl: learnedFor(load), stale: '0s' })
}

function learnedFor(load: Load): ReturnType<typeof duration> {
  return duration(Math.max(load.policy.ttlMs, LEARNED_MS))
}

/** A mark for those who share this load only; it is not stored. */
export function passOnce(reason: Reason): PageRecord {
  return { kind: 'pass', reason, until: 0 }
}

export function duration(ms: number): 'forever' | { readonly milliseconds: number } {
  return ms === Infinity ? 'forever' : { milliseconds: ms }
}
