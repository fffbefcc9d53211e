// Which body of a stored page a client gets, and under which fields. RFC 9110 §12 and §8.8.3.
import { type Cuttable, cuttable } from './cut.ts'
import type { Coding, StoredPage } from './record.ts'
import { fieldLines, type FieldList } from './rules/fields.ts'
import { preferredCoding } from './rules/negotiation.ts'
import { matchesAny } from './rules/validators.ts'
import { WholeAnswer } from './whole-answer.ts'

/** One body of a page, as it goes to whoever reads it best. */
export interface Representation {
  readonly body: Buffer
  readonly etag: string | undefined
  /** All of the page's fields, with the ETag and the coding of this body. */
  readonly fields: FieldList
  readonly cuttable: Cuttable
  /** How it goes out whole. */
  readonly whole: WholeAnswer
}

// A store may hand out one and the same record for as long as it keeps it: what follows from it is then found out once.
const known = new WeakMap<StoredPage, Representations>()

export function representationsOf(page: StoredPage): Representations {
  const found = known.get(page)
  if (found !== undefined) return found
  const made = new Representations(page)
  known.set(page, made)
  return made
}

/** The bodies of a page. */
export class Representations {
  readonly #page: StoredPage
  readonly #codings: readonly Coding[]
  readonly #plain: Representation
  readonly #made = new Map<Coding, Representation>()

  constructor(page: StoredPage) {
    this.#page = page
    this.#codings = page.coded.map(({ coding }) => coding)
    this.#plain = representation(page, page.body, page.fields)
  }

  /** The one that a client reads best. */
  for(header: (name: string) => string | undefined): Representation {
    if (this.#codings.length === 0) return this.#plain
    return this.#in(preferredCoding(header('accept-encoding'), this.#codings))
  }

  /**
   * The tag of this page that If-None-Match names, in whichever coding the client has it, so that 304 can say which of its
   * copies is still good; `undefined` when it names none. That of the one it would get comes first.
   */
  tagIn(noneMatch: string, chosen: Representation): string | undefined {
    const all = [chosen, this.#plain, ...this.#codings.map((coding) => this.#in(coding))]
    const match = all.find(({ etag }) => etag !== undefined && matchesAny(noneMatch, etag))
    return match?.etag
  }

  #in(coding: Coding | undefined): Representation {
    if (coding === undefined) return this.#plain
    const found = this.#made.get(coding)
    if (found !== undefined) return found
    const { body: plain, coded, fields } = this.#page
    const body = coded.find((each) => each.coding === coding)?.body ?? plain
    const made = representation(this.#page, body, inCoding(fields, coding))
    this.#made.set(coding, made)
    return made
  }
}

function representation(
  { reason, status }: StoredPage,
  body: Buffer,
  fields: FieldList,
): Representation {
  const [etag] = fieldLines(fields, 'etag')
  const whole = new WholeAnswer({ status, reason, fields, body })
  return { body, etag, fields, cuttable: cuttable(fields), whole }
}

function inCoding(fields: FieldList, coding: Coding): FieldList {
  const sent = [...fields, 'Content-Encoding', coding]
  for (let index = 0; index + 1 < fields.length; index += 2) {
    if ((fields[index] as string).toLowerCase() !== 'etag') continue
    sent[index + 1] = codedTag(fields[index + 1] as string, coding)
  }
  return sent
}

// A strong tag is of one sequence of bytes (§8.8.3.3); a weak one promises no more than the page.
function codedTag(etag: string, coding: Coding): string {
  return /^".*"$/s.test(etag) ? `${etag.slice(0, -1)}--${coding}"` : etag
}
