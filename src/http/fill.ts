import { createHash } from 'node:crypto'
import type { Clock } from '../base/clock.ts'
import type { Tap } from './exchange.ts'
import type { StoredPage } from './record.ts'
import { endToEndFields, hasField, withoutFields } from './rules/fields.ts'
import { initialAgeSeconds } from './rules/freshness.ts'
import { httpDate } from './rules/http-date.ts'
import { bodyFault, judge, type ResponseHead, type Storable } from './rules/storable.ts'

/** What became of a response that was watched. */
export type Outcome =
  | { readonly kind: 'page'; readonly page: StoredPage }
  /** It varies on fields that the key did not have: `names` is all that is known now. */
  | { readonly kind: 'grown'; readonly names: readonly string[] }
  | {
      readonly kind: 'refused'
      readonly reason: string
      /** Worth remembering for a while. */
      readonly lasting: boolean
      /** The fields that the refusal may depend on. */
      readonly varyNames: readonly string[]
    }

export interface FillTerms {
  readonly clock: Clock
  readonly pageTtlMs: number
  readonly maxBodyBytes: number
  /** How long the body may take from the head on. */
  readonly waitMs: number
  readonly authorized: boolean
  /** The Vary names that the key has; `undefined` while nothing is known of the URL. */
  readonly names: readonly string[] | undefined
  readonly header: (name: string) => string | undefined
  /** Fields that tell the client: nothing for `undefined`, else why the response is not stored. */
  readonly announce: (refusal: string | undefined) => readonly string[]
}

/** Refusals that no head can lift. */
export const OF_THE_BODY: ReadonlySet<string> = new Set(['too large', 'too slow'])

// Rewritten on every answer: the length is that of the bytes, the age grows.
const MADE_ANEW: ReadonlySet<string> = new Set(['content-length', 'age'])

/** Watches one response and makes a page of it, or says why not. The first verdict stands. */
export class Fill implements Tap {
  readonly whole = true
  readonly outcome: Promise<Outcome>
  readonly #terms: FillTerms
  readonly #chunks: Buffer[] = []
  #bytes = 0
  #head: (ResponseHead & { readonly at: number; readonly verdict: Storable }) | undefined
  #settled = false
  #settle!: (outcome: Outcome) => void
  #stopTimer: () => void = () => {}

  constructor(terms: FillTerms) {
    this.#terms = terms
    this.outcome = new Promise((resolve) => {
      this.#settle = resolve
    })
  }

  get collecting(): boolean {
    return !this.#settled
  }

  head(head: ResponseHead): readonly string[] {
    const { announce, authorized, clock, maxBodyBytes, names, pageTtlMs, waitMs } = this.#terms
    const now = clock.now()
    const verdict = judge(head, { authorized, pageTtlMs, maxBodyBytes, now })
    const { varyNames } = verdict
    const lasting = verdict.store || verdict.lasting
    if (lasting && names !== undefined && !varyNames.every((name) => names.includes(name))) {
      // RFC 9111 §4.1: under this key the page could answer a request that it does not match.
      this.#finish({ kind: 'grown', names: [...new Set([...names, ...varyNames])].toSorted() })
      return announce(verdict.store ? 'vary grew' : verdict.reason)
    }
    if (!verdict.store) {
      const { reason } = verdict
      this.#finish({ kind: 'refused', reason, lasting, varyNames })
      return announce(reason)
    }
    if (this.#settled) return announce('failed')
    this.#head = { ...head, at: now, verdict }
    this.#stopTimer = clock.after(waitMs, () => {
      this.#refuse('too slow')
    })
    return announce(undefined)
  }

  sent(head: ResponseHead): void {
    if (this.#settled || this.#head === undefined) return
    const { authorized, clock, maxBodyBytes, pageTtlMs } = this.#terms
    const now = clock.now()
    const verdict = judge(head, { authorized, pageTtlMs, maxBodyBytes, now })
    if (!verdict.store) return this.#refuse(verdict.reason)
    const { varyNames } = this.#head.verdict
    // A compressor outside the cache adds its own name; what is stored are the bytes before it.
    const known = (name: string): boolean => name === 'accept-encoding' || varyNames.includes(name)
    if (!verdict.varyNames.every(known)) this.#refuse('vary changed on the way out')
  }

  chunk(bytes: Uint8Array): void {
    if (this.#settled) return
    this.#bytes += bytes.length
    if (this.#bytes > this.#terms.maxBodyBytes) {
      this.#refuse('too large')
    } else this.#chunks.push(Buffer.from(bytes))
  }

  end(): void {
    if (this.#settled) return
    if (this.#head === undefined) return this.fail('it had no head')
    const fault = bodyFault(this.#head.fields, this.#bytes)
    if (fault !== undefined) return this.fail(fault)
    this.#finish({ kind: 'page', page: this.#page(this.#head) })
  }

  fail(reason: string): void {
    this.#finish({ kind: 'refused', reason, lasting: false, varyNames: [] })
  }

  /** For what the next response to this request will do, too. */
  #refuse(reason: string): void {
    const varyNames = this.#head?.verdict.varyNames ?? []
    this.#finish({ kind: 'refused', reason, lasting: true, varyNames })
  }

  #page(head: ResponseHead & { readonly at: number; readonly verdict: Storable }): StoredPage {
    const { header, names } = this.#terms
    const { freshMs, mustRevalidate, varyNames } = head.verdict
    const body = Buffer.concat(this.#chunks)
    const fields = withoutFields(endToEndFields(head.fields), MADE_ANEW)
    if (!hasField(fields, 'date')) fields.push('Date', httpDate(head.at))
    if (!hasField(fields, 'etag')) fields.push('ETag', digest(body))
    return {
      kind: 'page',
      status: head.status,
      fields,
      body,
      storedAt: head.at,
      freshUntil: freshMs === Infinity ? null : head.at + freshMs,
      initialAge: initialAgeSeconds(head.fields),
      mustRevalidate,
      vary: (names ?? varyNames).map((name) => [name, header(name) ?? null] as const),
      tags: [],
    }
  }

  #finish(outcome: Outcome): void {
    if (this.#settled) return
    this.#settled = true
    this.#stopTimer()
    this.#chunks.length = 0
    this.#settle(outcome)
  }
}

// Strong: byte for byte (RFC 9110 §8.8.1). 128 bits are plenty where nobody gains by a collision but its author.
function digest(body: Buffer): string {
  return `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`
}
