import type { HeadEdit } from './exchange.ts'
import { type FieldList, hasField, withoutFields } from './rules/fields.ts'

/** What differs from one answer to the next. */
interface Told {
  /** In seconds. */
  readonly age: number
  /** Whether this client may ask for parts. */
  readonly ranges: boolean
  readonly edit: HeadEdit
}

/**
 * The fields of a page that goes out whole: the same list for as long as nothing in it differs, which is a second at the most,
 * so that adapters can keep what they make of it. Nobody can change it.
 */
export class WholeHead {
  readonly #fields: FieldList
  readonly #length: number
  #last: (Told & { readonly made: FieldList }) | undefined

  /** @param length of the body, in bytes */
  constructor(fields: FieldList, length: number) {
    this.#fields = fields
    this.#length = length
  }

  fields(told: Told): FieldList {
    const last = this.#last
    if (last !== undefined && isSame(last, told)) return last.made
    const { age, edit, ranges } = told
    const made = without(this.#fields, edit.drop)
    if (ranges && !hasField(made, 'accept-ranges')) made.push('Accept-Ranges', 'bytes')
    made.push('Content-Length', String(this.#length), 'Age', String(age), ...edit.add)
    this.#last = { age, edit, ranges, made: Object.freeze(made) }
    return made
  }
}

/** A list of its own, without the fields of these names. */
export function without(fields: FieldList, drop: readonly string[]): string[] {
  return drop.length === 0 ? [...fields] : withoutFields(fields, new Set(drop))
}

function isSame(a: Told, b: Told): boolean {
  if (a.age !== b.age || a.ranges !== b.ranges) return false
  return isSameList(a.edit.add, b.edit.add) && isSameList(a.edit.drop, b.edit.drop)
}

function isSameList(a: readonly string[], b: readonly string[]): boolean {
  return a === b || (a.length === b.length && a.every((each, index) => each === b[index]))
}
