import type { Filling, HeadEdit } from '../exchange.ts'
import type { Outcome } from '../outcome.ts'
import type { Reason } from '../reasons.ts'
import type { StoredPage } from '../record.ts'
import { type FieldList, withoutFields } from '../rules/fields.ts'
import { editAroundHoles } from './fields.ts'
import type { Marks } from './marks.ts'
import { pageAroundHoles } from './page-around-holes.ts'
import { UNCODED } from './uncoded.ts'

/** How the head of a page goes out, as far as its holes have a say. */
export interface Around {
  readonly add: FieldList
  /** Why it cannot be kept with them. */
  readonly refusal: Reason | undefined
  readonly edited: (edit: HeadEdit) => HeadEdit
}

const WITHOUT_HOLES: Around = { add: [], refusal: undefined, edited: (edit) => edit }
const LENGTH: ReadonlySet<string> = new Set(['content-length'])

/** What the holes of a page mean to its fill: nothing, while there are none. */
export class FillHoles {
  readonly #marks: Marks | undefined
  /** What the view is asked by. */
  readonly asks: FieldList

  /** @param marks `undefined` where a page may have none */
  constructor(marks: Marks | undefined) {
    this.#marks = marks
    this.asks = marks === undefined ? [] : UNCODED
  }

  get filling(): Filling | undefined {
    return this.#marks?.isUsed === true ? this.#marks : undefined
  }

  /** The head is about to go out. @param fields as the view wrote them */
  seal(fields: FieldList): Around {
    const isKept = this.#marks?.seal(fields) === true
    if (this.filling === undefined) return WITHOUT_HOLES
    const { add, drop } = editAroundHoles(fields)
    return {
      add,
      refusal: isKept ? undefined : 'hole in no markup',
      edited: (edit) => ({ drop: [...edit.drop, ...drop], add: [...add, ...edit.add] }),
    }
  }

  /** What was filled is longer or shorter than the body. */
  withoutLength(fields: FieldList): FieldList {
    return this.filling === undefined ? fields : withoutFields(fields, LENGTH)
  }

  /** What becomes of a page with holes; `undefined` for one without. */
  outcome(page: StoredPage): Outcome | undefined {
    if (this.#marks?.isUsed !== true) return undefined
    const around = pageAroundHoles(page, this.#marks)
    if (around !== undefined) return { kind: 'page', page: around }
    return { kind: 'refused', reason: 'hole changed', lasting: false, varyNames: [] }
  }
}
