import type { Afterlife, ReplyWith } from './afterlife.ts'
import type { CacheStatus } from './cache-status.ts'
import type { HeadEdit, Tap } from './exchange.ts'
import type { Reply } from './replay.ts'
import { fieldLines, type FieldList } from './rules/fields.ts'
import type { ResponseHead } from './rules/storable.ts'
import { parseVary } from './rules/vary.ts'

interface CheckTerms {
  readonly afterlife: Afterlife
  readonly reply: ReplyWith
  readonly announce: (status: CacheStatus) => HeadEdit
  /** The stored page is no longer right. */
  readonly forget: () => void
}

/**
 * Asks the view, for one request, whether a page with `no-cache` is still right (RFC 9111 §5.2.2.4), and stores nothing: each
 * request asks for itself, so none waits for another.
 */
export class Check implements Tap {
  readonly whole = true
  readonly collecting = false
  readonly asks: FieldList
  readonly #terms: CheckTerms
  #done = false

  constructor(terms: CheckTerms) {
    this.#terms = terms
    this.asks = terms.afterlife.asks
  }

  takes(status: number): boolean {
    return !this.#done && this.#terms.afterlife.takes(status)
  }

  instead(head: ResponseHead): Reply | 'again' | undefined {
    if (!this.takes(head.status)) return undefined
    const { afterlife, forget, reply } = this.#terms
    const varyNames = parseVary(fieldLines(head.fields, 'vary'))
    const taken = afterlife.take(head, varyNames === '*' ? undefined : varyNames)
    this.#done = true
    if (taken === 'again') {
      forget()
      return 'again'
    }
    const { conditional, outcome, page, status } = taken
    if (outcome.kind !== 'page') forget()
    return reply(page, status.hit ? status : { ...status, stored: false }, conditional)
  }

  head(head: ResponseHead): HeadEdit {
    if (head.status < 500) this.#terms.forget()
    this.#done = true
    return this.#terms.announce({ hit: false, fwd: 'stale', detail: 'no-cache' })
  }

  sent(): void {}
  chunk(): void {}
  end(): void {}
  fail(): void {}
}
