import { createHash } from 'node:crypto'
import type { Clock } from '../base/clock.ts'
import type { HeadEdit, Tap } from './exchange.ts'
import type { Reason } from './reasons.ts'
import { type Reads, varyFields } from './reads.ts'
import type { StoredPage } from './record.ts'
import {
  endToEndFields,
  fieldLines,
  type FieldList,
  hasField,
  onlyFields,
  withoutFields,
} from './rules/fields.ts'
import { initialAgeSeconds } from './rules/freshness.ts'
import { httpDate } from './rules/http-date.ts'
import { ownReason } from './rules/reason.ts'
import {
  bodyFault,
  judge,
  type ResponseHead,
  type Storable,
  type Verdict,
} from './rules/storable.ts'
import { parseVary } from './rules/vary.ts'

/** What became of a response that was watched. */
export type Outcome =
  | {
      readonly kind: 'page'
      readonly page: StoredPage
      /** How long after its life it is kept, by the view's own word. */
      readonly staleMs: number | undefined
    }
  /** It varies on fields that the key did not have: `names` is all that is known now. */
  | { readonly kind: 'grown'; readonly names: readonly string[] }
  | {
      readonly kind: 'refused'
      readonly reason: Reason
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
  /** Whether a page of such a head may be kept in more codings than its own. */
  readonly mayBeCoded: (fields: FieldList) => boolean
  /** The page with its bodies in those codings. Never rejects. */
  readonly coded: (page: StoredPage) => Promise<StoredPage>
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
}

/** Names beyond this are not learned: each is a part of every key of the URL. */
const MOST_NAMES = 32

/** Why the page of a whole site's cache is left to that of its route. */
const OF_ITS_ROUTE = 'cached by its route'

/** Refusals that no head can lift. */
export const OF_THE_BODY: ReadonlySet<Reason> = new Set(['too large', 'too slow', OF_ITS_ROUTE])

// Rewritten on every answer: the length is that of the bytes, the age grows.
const MADE_ANEW: ReadonlySet<string> = new Set(['content-length', 'age'])

/** Watches one response and makes a page of it, or says why not. The first verdict stands. */
export class Fill implements Tap {
  readonly whole = true
  readonly outcome: Promise<Outcome>
  readonly #terms: FillTerms
  readonly #chunks: Buffer[] = []
  /** What the view takes from here on to begin is a part of the page's age. */
  readonly #askedAt: number
  #bytes = 0
  #head: (ResponseHead & { readonly at: number; readonly verdict: Storable }) | undefined
  #settled = false
  #givenUp = false
  /** What we added to the head. */
  #added: readonly string[] = []
  /** What we took from it. */
  #dropped: readonly string[] = []
  #settle!: (outcome: Outcome | Promise<Outcome>) => void
  #stopTimer: () => void = () => {}

  constructor(terms: FillTerms) {
    this.#terms = terms
    this.#askedAt = terms.clock.now()
    this.outcome = new Promise((resolve) => {
      this.#settle = resolve
    })
  }

  get collecting(): boolean {
    return !this.#settled
  }

  head(head: ResponseHead): HeadEdit {
    const { clock, waitMs } = this.#terms
    const announce = (refusal: Reason): HeadEdit => {
      const { add, drop } = this.#terms.announce(refusal, head.fields)
      return { drop, add: [...this.#declaredVary(head), ...add] }
    }
    if (this.#givenUp) return announce(OF_ITS_ROUTE)
    const now = clock.now()
    const verdict = this.#judge(head, now)
    const varyNames = this.#selecting(verdict.varyNames)
    const lasting = verdict.store || verdict.lasting
    if (lasting && this.#grew(varyNames))
      return announce(verdict.store ? 'vary grew' : verdict.reason)
    const reason = verdict.store ? this.#undeclared(verdict.varyNames) : verdict.reason
    if (reason !== undefined) {
      this.#finish({ kind: 'refused', reason, lasting, varyNames })
      return announce(reason)
    }
    if (this.#settled || !verdict.store) return announce('failed')
    this.#head = { ...head, at: now, verdict }
    this.#stopTimer = clock.after(waitMs, () => {
      this.#refuse('too slow')
    })
    this.#added = this.#fieldsFor(head, varyNames, verdict.varyNames)
    const { add, drop } = this.#terms.announce(undefined, head.fields)
    this.#dropped = onlyFields(head.fields, new Set(drop))
    return { drop, add: [...this.#added, ...add] }
  }

  sent(head: ResponseHead): void {
    if (this.#settled || this.#head === undefined) return
    const fields = [...without(head.fields, this.#added), ...this.#dropped]
    const verdict = this.#judge({ ...head, fields }, this.#terms.clock.now())
    if (!verdict.store) return this.#refuse(verdict.reason)
    const { varyNames } = this.#head.verdict
    // A compressor outside the cache adds its own name; what is stored are the bytes before it.
    const known = (name: string): boolean => name === 'accept-encoding' || varyNames.includes(name)
    if (!verdict.varyNames.every(known)) this.#refuse('vary changed on the way out')
  }

  #judge(head: ResponseHead, now: number): Verdict {
    const { authorized, maxBodyBytes, pageTtlMs, targets } = this.#terms
    const delayMs = now - this.#askedAt
    return judge(head, { authorized, pageTtlMs, maxBodyBytes, now, delayMs, targets })
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
    const declared = this.#head.verdict.varyNames
    const varyNames = this.#selecting(declared)
    const refusal = this.#undeclared(declared) ?? this.#terms.lastWord()
    if (refusal !== undefined) {
      this.#finish({ kind: 'refused', reason: refusal, lasting: true, varyNames })
    } else if (!this.#grew(varyNames)) {
      const { staleMs } = this.#head.verdict
      const page = this.#page(this.#head, varyNames)
      this.#finish(
        this.#terms.coded(page).then((coded) => ({ kind: 'page', page: coded, staleMs })),
      )
    }
  }

  /** A cache of the page's own route is asked: it keeps the page, by its own options, and whoever waits here asks it, too. */
  giveUp(): void {
    if (this.#settled) return
    this.#givenUp = true
    this.#finish({ kind: 'refused', reason: OF_ITS_ROUTE, lasting: true, varyNames: [] })
  }

  fail(reason: Reason): void {
    this.#finish({ kind: 'refused', reason, lasting: false, varyNames: [] })
  }

  /** All that selects the page, as far as is known now: what the response names, and what the view has read. */
  #selecting(declared: readonly string[]): readonly string[] {
    const { isKeyed, reads } = this.#terms
    const read = [...reads.names].filter((name) => !isKeyed(name))
    return read.length === 0 ? declared : [...new Set([...declared, ...read])].toSorted()
  }

  /** Why what the view has read stops the store. */
  #undeclared(declared: readonly string[]): Reason | undefined {
    const { isKeyed, reads, strict } = this.#terms
    if (reads.everything !== undefined) return `read ${reads.everything}`
    if (this.#selecting(declared).length > MOST_NAMES) return 'varies on too much'
    if (!strict) return undefined
    const isKnown = (name: string): boolean => {
      return isKeyed(name) || reads.declared.has(name) || declared.includes(name)
    }
    const odd = [...reads.names].find((name) => !isKnown(name))
    return odd === undefined ? undefined : `undeclared ${odd.replace(/^:/, '')}`
  }

  /** RFC 9111 §4.1: under this key the page could answer a request that it does not match. */
  #grew(varyNames: readonly string[]): boolean {
    const { names } = this.#terms
    if (names === undefined || varyNames.every((name) => names.includes(name))) return false
    const union = [...new Set([...names, ...varyNames])].toSorted()
    if (union.length > MOST_NAMES) {
      this.#finish({ kind: 'refused', reason: 'varies on too much', lasting: true, varyNames: [] })
    } else this.#finish({ kind: 'grown', names: union })
    return true
  }

  /** What tells caches outside of this one how the page was selected. */
  #fieldsFor(
    { fields }: ResponseHead,
    varyNames: readonly string[],
    declared: readonly string[],
  ): readonly string[] {
    const { mayBeCoded, personal } = this.#terms
    const added: string[] = personal ? ['Cache-Control', 'private'] : []
    // A CDN would hear this one and not the other.
    if (personal && hasField(fields, 'cdn-cache-control')) {
      added.push('CDN-Cache-Control', 'private')
    }
    const selecting = varyFields(varyNames)
    for (const name of selecting) if (!declared.includes(name)) added.push('Vary', name)
    // RFC 9110 §12.5.5: also on what is sent without a coding.
    if (!selecting.includes('accept-encoding') && mayBeCoded(fields)) {
      added.push('Vary', 'Accept-Encoding')
    }
    return added
  }

  /** What the view's route has said to vary on is said also where the page is not kept here: others may keep it. */
  #declaredVary({ fields }: ResponseHead): readonly string[] {
    const said = parseVary(fieldLines(fields, 'vary'))
    if (said === '*') return []
    const missing = varyFields(this.#terms.reads.declared).filter((name) => !said.includes(name))
    return missing.flatMap((name) => ['Vary', name])
  }

  /** For what the next response to this request will do, too. */
  #refuse(reason: Reason): void {
    const varyNames = this.#head?.verdict.varyNames ?? []
    this.#finish({ kind: 'refused', reason, lasting: true, varyNames })
  }

  #page(
    head: ResponseHead & { readonly at: number; readonly verdict: Storable },
    varyNames: readonly string[],
  ): StoredPage {
    const { header, names, reads } = this.#terms
    const { freshMs, mustRevalidate } = head.verdict
    const body = Buffer.concat(this.#chunks)
    const fields = withoutFields(endToEndFields(head.fields), MADE_ANEW)
    fields.push(...this.#fieldsFor(head, varyNames, head.verdict.varyNames))
    if (!hasField(fields, 'date')) fields.push('Date', httpDate(head.at))
    if (head.status < 300 && !hasField(fields, 'etag')) fields.push('ETag', digest(body))
    return {
      kind: 'page',
      // Known to whoever stores it, as are its tags.
      key: '',
      status: head.status,
      reason: ownReason(head.status, head.reason),
      fields,
      body,
      coded: [],
      storedAt: head.at,
      freshUntil: freshMs === Infinity ? null : head.at + freshMs,
      initialAge: initialAgeSeconds(head.fields, head.at, head.at - this.#askedAt),
      mustRevalidate,
      // The application's own getters are not the view.
      vary: reads.untracked(() => {
        return (names ?? varyNames).map((name) => [name, header(name) ?? null] as const)
      }),
      tags: [],
    }
  }

  #finish(outcome: Outcome | Promise<Outcome>): void {
    if (this.#settled) return
    this.#settled = true
    this.#terms.reads.end()
    this.#stopTimer()
    this.#chunks.length = 0
    this.#settle(outcome)
  }
}

/** The fields without one line for each of `added`. */
function without(fields: readonly string[], added: readonly string[]): readonly string[] {
  const kept = [...fields]
  for (let at = 0; at + 1 < added.length; at += 2) {
    const [name, value] = [(added[at] as string).toLowerCase(), added[at + 1]]
    for (let index = kept.length - 2; index >= 0; index -= 2) {
      if ((kept[index] as string).toLowerCase() !== name || kept[index + 1] !== value) continue
      kept.splice(index, 2)
      break
    }
  }
  return kept
}

// Strong: byte for byte (RFC 9110 §8.8.1). 128 bits are plenty where nobody gains by a collision but its author.
function digest(body: Buffer): string {
  return `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`
}
