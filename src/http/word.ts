import type { Exchange } from './exchange.ts'
import type { Reply } from './replay.ts'
import { fieldLines, type FieldList } from './rules/fields.ts'
import type { ResponseHead } from './rules/storable.ts'

/**
 * What a route says beside its view, such as `neverCache()`: of one request it makes an answer in the view's place, or what
 * the view's answer is to say as well. An adapter speaks it in the shape of its framework.
 */
export type Word<Incoming> = (exchange: Exchange<Incoming, unknown>) => Said | Promise<Said>

type Said = { readonly reply: Reply } | Amendment

export interface Amendment {
  /** Fields to set on a head, each in place of those of its name. Asked when the head is known. */
  readonly amend?: (head: ResponseHead) => FieldList
  /** Validators of what the view is about to answer: on its answer if that is a good one and has no field of that name. */
  readonly validators?: FieldList
  /** Calls what is inside, the view included. */
  readonly around?: <T>(act: () => T) => T
}

/** Whether a validator speaks of an answer with this status. */
export function isValidated(status: number): boolean {
  return (status >= 200 && status < 300) || status === 304
}

/** All fields to set on a head that is known as a whole. */
export function amended(said: Amendment, head: ResponseHead): FieldList {
  const { amend, validators = [] } = said
  const set: string[] = []
  if (isValidated(head.status)) {
    for (let index = 0; index + 1 < validators.length; index += 2) {
      const [name, value] = validators.slice(index, index + 2) as [string, string]
      if (fieldLines(head.fields, name.toLowerCase()).length === 0) set.push(name, value)
    }
  }
  return [...set, ...(amend?.(head) ?? [])]
}
