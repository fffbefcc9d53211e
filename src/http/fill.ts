import type { Afterlife, Taken } from './afterlife.ts'
import type { Filling, HeadEdit, Tap } from './exchange.ts'
import type { FillTerms } from './fill-terms.ts'
import { FillHoles } from './holes/fill-holes.ts'
import { mayBeMistake, mistakeOf } from './mistakes.ts'
import { type JudgedHead, madePage } from './made-page.ts'
import { OF_ITS_ROUTE, type Outcome } from './outcome.ts'
import type { Reason } from './reasons.ts'
import type { StoredPage } from './record.ts'
import type { Reply } from './replay.ts'
import { fieldLines, type FieldList, onlyFields, withoutLines } from './rules/fields.ts'
import { searchRule } from './rules/no-vary-search.ts'
import { bodyFault, judge, type ResponseHead, type Verdict } from './rules/storable.ts'
import { parseVary } from './rules/vary.ts'
import { declaredVary, selectionFields } from './selection-fields.ts'

/** Names beyond this are not learned: each is a part of every key of the URL. */
const MOST_NAMES = 32

/** Watches one response and makes a page of it, or says why not. The first verdict stands. */
export class Fill implements Tap {
  readonly whole = true
  readonly asks: FieldList
  readonly outcome: Promise<Outcome>
  readonly #terms: FillTerms
  readonly #chunks: Buffer[] = []
  /** What the view takes from here on to begin is a part of the page's age. */
  readonly #askedAt: number
  #bytes = 0
  #head: JudgedHead | undefined
  #settled = false
  #givenUp = false
  /** What we added to the head. */
  #added: readonly string[] = []
  /** What we took from it. */
  #dropped: readonly string[] = []
  #settle!: (outcome: Outcome | Promise<Outcome>) => void
  #stopTimer: () => void = () => {}
  #afterlife: Afterlife | undefined
  readonly #holes: FillHoles

  constructor(terms: FillTerms) {
    this.#terms = terms
    this.#afterlife = terms.afterlife
    this.#holes = new FillHoles(terms.marks)
    this.asks = [...(terms.afterlife?.asks ?? []), ...this.#holes.asks]
    this.#askedAt = terms.clock.now()
    this.outcome = new Promise((resolve) => {
      this.#settle = resolve
    })
  }

  get collecting(): boolean {
    return !this.#settled
  }

  get filling(): Filling | undefined {
    return this.#holes.filling
  }

  takes(status: number): boolean {
    // A 304 to what we have asked is not for the client, whatever has become of the page meanwhile.
    const isOurs = status === 304 || !this.#settled
    if (this.#head !== undefined) return false
    return (isOurs && this.#afterlife?.takes(status) === true) || mayBeMistake(this.#terms)
  }

  instead(head: ResponseHead): Reply | 'again' | undefined {
    const isKept = (): boolean => {
      return !this.#settled && this.#judge(head, this.#terms.clock.now()).store
    }
    const mistake = mistakeOf(this.#terms, head.fields, isKept)
    if (mistake !== undefined) {
      this.fail('failed')
      return this.#terms.tell(mistake)
    }
    const isOurs = head.status === 304 || !this.#settled
    if (this.#afterlife === undefined || !isOurs || !this.#afterlife.takes(head.status)) {
      return undefined
    }
    const declared = parseVary(fieldLines(head.fields, 'vary'))
    const isKnown = declared !== '*' && this.#terms.reads.everything === undefined
    const taken = this.#afterlife.take(head, isKnown ? this.#selecting(declared) : undefined)
    if (taken === 'again') {
      this.#afterlife = undefined
      return 'again'
    }
    return this.#taken(taken)
  }

  /** The view threw. @returns what its client gets all the same, if anything */
  rescue(error: unknown): Reply | undefined {
    if (this.#settled || this.#head !== undefined) return undefined
    const taken = this.#afterlife?.rescue(error)
    return taken === undefined ? undefined : this.#taken(taken)
  }

  #taken({ conditional, outcome, page, status }: Taken): Reply {
    const refusal = outcome.kind === 'page' ? this.#lastWordOn(outcome.page) : undefined
    this.#finish(
      refusal === undefined
        ? outcome
        : { kind: 'refused', reason: refusal, lasting: false, varyNames: [], gone: true },
    )
    return this.#terms.reply(page, status, conditional)
  }

  #lastWordOn({ fields }: StoredPage): Reason | undefined {
    const { hearSearch, lastWord } = this.#terms
    return hearSearch(searchRule(fields)) ? lastWord() : 'search changed'
  }

  head(head: ResponseHead): HeadEdit {
    const { clock, waitMs } = this.#terms
    const around = this.#holes.seal(head.fields)
    const announced = (refusal: Reason | undefined): HeadEdit => {
      return around.edited(this.#terms.announce(refusal, [...head.fields, ...around.add]))
    }
    const announce = (refusal: Reason): HeadEdit => {
      const { add, drop } = announced(refusal)
      return { drop, add: [...declaredVary(head.fields, this.#terms.reads.declared), ...add] }
    }
    if (this.#givenUp) return announce(OF_ITS_ROUTE)
    const now = clock.now()
    const verdict = this.#judge(head, now)
    const varyNames = this.#selecting(verdict.varyNames)
    const lasting = verdict.store || verdict.lasting
    if (lasting && this.#grew(varyNames))
      return announce(verdict.store ? 'vary grew' : verdict.reason)
    const reason = verdict.store
      ? (this.#undeclared(verdict.varyNames) ?? around.refusal)
      : verdict.reason
    if (reason === undefined && !this.#terms.hearSearch(searchRule(head.fields))) {
      this.fail('search changed')
      return announce('search changed')
    }
    if (reason !== undefined) {
      this.#finish({ kind: 'refused', reason, lasting, varyNames })
      return announce(reason)
    }
    if (this.#settled || !verdict.store) return announce('failed')
    this.#head = { ...head, at: now, verdict }
    this.#stopTimer = clock.after(waitMs, () => {
      this.#refuse('too slow')
    })
    const selecting = this.#fieldsFor(head, varyNames, verdict.varyNames)
    this.#added = [...selecting, ...around.add]
    const { add, drop } = announced(undefined)
    this.#dropped = onlyFields(head.fields, new Set(drop))
    return { drop, add: [...selecting, ...add] }
  }

  sent(head: ResponseHead): void {
    if (this.#settled || this.#head === undefined) return
    const sent = this.#holes.withoutLength(withoutLines(head.fields, this.#added))
    const fields = [...sent, ...this.#dropped]
    const verdict = this.#judge({ ...head, fields }, this.#terms.clock.now())
    if (!verdict.store) return this.#refuse(verdict.reason)
    const { varyNames } = this.#head.verdict
    // A compressor outside the cache adds its own name; what is stored are the bytes before it.
    const known = (name: string): boolean => name === 'accept-encoding' || varyNames.includes(name)
    if (!verdict.varyNames.every(known)) this.#refuse('vary changed on the way out')
  }

  #judge(head: ResponseHead, now: number): Verdict {
    const { afterwards, authorized, maxBodyBytes, pageTtlMs, targets } = this.#terms
    const delayMs = now - this.#askedAt
    // What is in a page's holes its view knows nothing of.
    const revalidates = afterwards.keepMs > 0 && this.filling === undefined
    const circumstances = {
      authorized,
      pageTtlMs,
      maxBodyBytes,
      now,
      delayMs,
      revalidates,
      targets,
    }
    return judge(head, circumstances)
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
      const selection = this.#fieldsFor(this.#head, varyNames, declared)
      const body = Buffer.concat(this.#chunks)
      const page = madePage(this.#head, body, {
        ...this.#terms,
        askedAt: this.#askedAt,
        selection,
        selecting: varyNames,
      })
      this.#finish(this.#holes.outcome(page) ?? this.#coded(page))
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
    if (reads.shown !== undefined) return `shows ${reads.shown.what}`
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

  #fieldsFor(
    { fields }: ResponseHead,
    selecting: readonly string[],
    declared: readonly string[],
  ): readonly string[] {
    const { mayBeCoded, personal } = this.#terms
    return selectionFields(fields, {
      selecting,
      declared,
      personal,
      mayBeCoded: mayBeCoded(fields),
    })
  }

  /** For what the next response to this request will do, too. */
  #refuse(reason: Reason): void {
    const varyNames = this.#head?.verdict.varyNames ?? []
    this.#finish({ kind: 'refused', reason, lasting: true, varyNames })
  }

  async #coded(page: StoredPage): Promise<Outcome> {
    return { kind: 'page', page: await this.#terms.coded(page) }
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
