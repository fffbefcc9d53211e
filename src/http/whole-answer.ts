import type { HeadEdit } from './exchange.ts'
import type { Forms, Reply } from './replay.ts'
import { type FieldList, hasField, withoutFields } from './rules/fields.ts'

/** What differs from one answer to the next. */
interface Told {
  /** In seconds. */
  readonly age: number
  /** Whether it says that it can be asked for parts. */
  readonly ranges: boolean
  readonly edit: HeadEdit
}

type Whole = Pick<Reply, 'body' | 'fields' | 'reason' | 'status'> & { readonly body: Buffer }

/**
 * A page as it goes out whole: the same answer for as long as nothing in it differs, which is a second at the most, so that
 * adapters can keep what they make of its fields. Nobody can change them.
 */
export class WholeAnswer {
  readonly #whole: Whole
  #told: Told | undefined
  #get: Reply | undefined
  #head: Reply | undefined

  /** @param whole its fields without those that are of one answer */
  constructor(whole: Whole) {
    this.#whole = whole
  }

  to(method: string, told: Told): Reply {
    if (this.#told === undefined || !isSame(this.#told, told)) this.#make(told)
    return (method === 'HEAD' ? this.#head : this.#get) as Reply
  }

  #make(told: Told): void {
    const { age, edit, ranges } = told
    const { body, reason, status } = this.#whole
    const made = without(this.#whole.fields, edit.drop)
    if (ranges && !hasField(made, 'accept-ranges')) made.push('Accept-Ranges', 'bytes')
    // RFC 9110 §8.6: where there is no content, nobody says how long it is.
    const hasContent = status !== 204
    if (hasContent) made.push('Content-Length', String(body.length))
    made.push('Age', String(age), ...edit.add)
    const fields = Object.freeze(made)
    const forms: Forms = {}
    this.#told = { age, edit, ranges }
    this.#get = { status, reason, fields, body: hasContent ? body : null, forms }
    this.#head = { status, reason, fields, body: null, forms }
  }
}

/** A list of its own, without the fields of these names. */
export function without(fields: FieldList, drop: readonly string[]): string[] {
  return drop.length === 0 ? [...fields] : withoutFields(fields, new Set(drop))
}

function isSame(a: Told, b: Told): boolean {
  if (a.age !== b.age || a.ranges !== b.ranges) return false
  if (a.edit === b.edit) return true
  return isSameList(a.edit.add, b.edit.add) && isSameList(a.edit.drop, b.edit.drop)
}

function isSameList(a: readonly string[], b: readonly string[]): boolean {
  return a === b || (a.length === b.length && a.every((each, index) => each === b[index]))
}
