import type { Ready } from './plain-lane.ts'
import type { PageRecord } from './record.ts'
import type { Representations } from './representation.ts'

/** What this process has found out of a record in its own memory, so that the next one who asks for it need not. */
export interface Seen {
  /** It has been checked. */
  readonly record: PageRecord
  /** That its page belongs to, once that has been asked; its pattern is `undefined` where nobody knows it. */
  route?: { readonly pattern: string | undefined }
  /** In which bodies it can go out, once it has. */
  representations?: Representations
  /** What was last said to those who ask plainly. */
  ready?: Ready | undefined
}
