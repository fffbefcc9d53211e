// What a page past its life is still good for while it is made anew. Its view is asked by the page's own validators; the page
// stands in where the view says that nothing has changed (RFC 9111 §4.3), and where it fails (RFC 5861 §4).
import { isCacheError } from '../base/errors.ts'
import type { CacheStatus } from './cache-status.ts'
import type { Exchange } from './exchange.ts'
import type { PageTarget } from './key.ts'
import { heldPage, lifeOf, standsInForErrors } from './life.ts'
import type { PagePolicy } from './options.ts'
import type { Outcome } from './outcome.ts'
import type { Reason } from './reasons.ts'
import type { StoredPage } from './record.ts'
import type { Reply } from './replay.ts'
import { fieldLines, type FieldList, hasField, withoutFields } from './rules/fields.ts'
import { movesElsewhere, updatedFields } from './rules/freshening.ts'
import { initialAgeSeconds } from './rules/freshness.ts'
import { httpDate } from './rules/http-date.ts'
import { searchRule } from './rules/no-vary-search.ts'
import { judge, type ResponseHead } from './rules/storable.ts'
import { personalFields } from './selection-fields.ts'
import { conditionsOf, speaksOf } from './rules/validators.ts'
import { ASKS_ANEW } from './tracked-request.ts'

/** What takes the place of the view's response. */
export interface Taken {
  readonly outcome: Outcome
  /** What the client gets; `undefined` where nothing may be served. */
  readonly page: StoredPage | undefined
  readonly status: CacheStatus
  /** Whether the client's own conditions apply: not where it must get fields that a 304 does not carry. */
  readonly conditional: boolean
}

/** How what is taken becomes an answer; a plain error where there is no page. */
export type ReplyWith = (
  page: StoredPage | undefined,
  status: CacheStatus,
  conditional: boolean,
) => Reply

// RFC 5861 §4
const FAILURES: ReadonlySet<number> = new Set([500, 502, 503, 504])
/** Where a page of a user carries a word of ours to other caches. */
const PERSONAL_FIELDS = ['cache-control', 'cdn-cache-control']

export class Afterlife {
  readonly #page: StoredPage
  readonly #policy: Pick<
    PagePolicy<never>,
    'clock' | 'errorMs' | 'keepMs' | 'maxBodyBytes' | 'staleMs' | 'targets' | 'ttlMs'
  >
  readonly #target: PageTarget
  readonly #once: boolean
  /** What the view takes from here on to answer is a part of the page's age. */
  readonly #askedAt: number
  /** What the view is asked by: request fields. */
  readonly asks: FieldList

  constructor(
    page: StoredPage,
    policy: PagePolicy<never>,
    target: PageTarget,
    { once }: Pick<Exchange<never, unknown>, 'once'>,
  ) {
    this.#page = page
    this.#askedAt = policy.clock.now()
    this.#policy = policy
    this.#target = target
    this.#once = once
    // What is selected by such a field is not asked for without it.
    const isAnew = page.vary.some(([name]) => ASKS_ANEW.includes(name))
    this.asks = isAnew ? [] : conditionsOf(page.validators)
  }

  /** Whether a response of this status is replaced, or may be. */
  takes(status: number): boolean {
    if (status === 304) return this.asks.length > 0
    return FAILURES.has(status) && standsInForErrors(this.#page, this.#policy.clock.now())
  }

  /**
   * What takes the place of a response of which {@link takes} is true.
   *
   * @param selecting the request fields that select it, as far as it says or the view has read; `undefined`: nobody knows
   * @returns `'again'` when it is about another page, and the view can be run again
   */
  take(head: ResponseHead, selecting: readonly string[] | undefined): Taken | 'again' {
    if (head.status !== 304) return this.#standIn(`status ${head.status}`, head.status)
    const { fields, validators, vary } = this.#page
    const isOurs = speaksOf(head.fields, validators) && !movesElsewhere(fields, head.fields)
    const known = vary.map(([name]) => name)
    const isSelected = selecting?.every((name) => known.includes(name)) === true
    if (isOurs && isSelected) return this.#confirm(head)
    return this.#once ? this.#misled(head, isOurs) : 'again'
  }

  /** What takes the place of a view that threw before its head. */
  rescue(error: unknown): Taken | undefined {
    // A mistake in the program, to be seen by who made it.
    if (isCacheError(error, 'E_UNDECLARED_READ')) return undefined
    return this.takes(failureStatus(error)) && failureStatus(error) !== 304
      ? this.#standIn('the view failed', undefined)
      : undefined
  }

  #standIn(failure: Reason, fwdStatus: number | undefined): Taken {
    const page = heldPage(this.#page, failure, this.#policy.clock.now())
    const said = fwdStatus === undefined ? { detail: failure } : { fwdStatus }
    return {
      outcome: { kind: 'held', page },
      page,
      status: { hit: false, fwd: 'stale', ...said },
      conditional: true,
    }
  }

  #confirm(head: ResponseHead): Taken {
    const { clock, keepMs, maxBodyBytes, targets, ttlMs } = this.#policy
    const now = clock.now()
    const page = this.#updated(head, now)
    const ages = fieldLines(head.fields, 'age').flatMap((line) => ['Age', line])
    const delayMs = now - this.#askedAt
    const { authorized } = this.#target
    const verdict = judge(
      { status: page.status, fields: [...page.fields, ...ages] },
      {
        authorized,
        pageTtlMs: ttlMs,
        maxBodyBytes,
        now,
        delayMs,
        targets,
        revalidates: keepMs > 0,
      },
    )
    const status = { hit: false, fwd: 'stale', fwdStatus: 304 } as const
    if (!verdict.store) {
      const { lasting, reason, varyNames } = verdict
      return {
        outcome: { kind: 'refused', reason, lasting, varyNames, gone: true },
        page,
        status: { ...status, detail: reason },
        conditional: false,
      }
    }
    const fields = [...page.fields, ...this.#personal(page.fields)]
    const search = { ...page.search, rule: searchRule(fields) ?? null }
    const anew = { ...page, fields, search, ...lifeOf(verdict, now, this.#policy) }
    return {
      outcome: { kind: 'page', page: anew },
      page: anew,
      status: { ...status, stored: true },
      conditional: true,
    }
  }

  /** It answered 304 although that is about something else, and cannot be asked again: what is best for this client alone. */
  #misled(head: ResponseHead, isOurs: boolean): Taken {
    const reason = isOurs ? '304 for other fields' : '304 for another page'
    const mayServe = isOurs || !this.#page.mustRevalidate
    return {
      outcome: { kind: 'refused', reason, lasting: false, varyNames: [], gone: true },
      page: !mayServe
        ? undefined
        : isOurs
          ? this.#updated(head, this.#policy.clock.now())
          : this.#page,
      status: { hit: false, fwd: 'stale', fwdStatus: 304, detail: reason },
      conditional: false,
    }
  }

  /** With the fields of the 304, and without our own word to other caches. */
  #updated(head: ResponseHead, now: number): StoredPage {
    const { fields, ...page } = this.#page
    const updated = updatedFields(this.#ofTheView(fields), head.fields)
    // RFC 9110 §6.6.1: a response without one is dated when it comes.
    const dated = hasField(head.fields, 'date')
      ? updated
      : [...withoutFields(updated, new Set(['date'])), 'Date', httpDate(now)]
    return {
      ...page,
      fields: dated,
      storedAt: now,
      initialAge: initialAgeSeconds(head.fields, now, now - this.#askedAt),
      held: null,
    }
  }

  // A page that says `private` of itself is never stored: in a user's page such a line is ours.
  #ofTheView(fields: FieldList): FieldList {
    if (this.#target.principal === undefined) return fields
    return fields.flatMap((each, at) => {
      if (at % 2 === 1) return []
      const value = fields[at + 1] as string
      const ours = PERSONAL_FIELDS.includes(each.toLowerCase()) && value === 'private'
      return ours ? [] : [each, value]
    })
  }

  #personal(fields: FieldList): FieldList {
    return this.#target.principal === undefined ? [] : personalFields(fields)
  }
}

/** The status that a framework makes of what a view throws, by the convention of all of them. */
function failureStatus(error: unknown): number {
  const { status, statusCode } = (error ?? {}) as { status?: unknown; statusCode?: unknown }
  const said = [status, statusCode].find((each) => Number.isInteger(each) && Number(each) >= 400)
  return said === undefined ? 500 : Number(said)
}
