import type { Reason } from './reasons.ts'
import type { StoredPage } from './record.ts'

/** What became of a response that was watched. */
export type Outcome =
  | { readonly kind: 'page'; readonly page: StoredPage }
  /** The view failed; this is the page that it was to make anew, served for a while yet. */
  | { readonly kind: 'held'; readonly page: StoredPage }
  /** It varies on fields that the key did not have: `names` is all that is known now. */
  | { readonly kind: 'grown'; readonly names: readonly string[] }
  | {
      readonly kind: 'refused'
      readonly reason: Reason
      /** Worth remembering for a while. */
      readonly lasting: boolean
      /** The fields that the refusal may depend on. */
      readonly varyNames: readonly string[]
      /** The page that was to be made anew is not to be used again. */
      readonly gone?: boolean
    }

/** Why the page of a whole site's cache is left to that of its route. */
export const OF_ITS_ROUTE = 'cached by its route'

/** Refusals that no head can lift. */
export const OF_THE_BODY: ReadonlySet<Reason> = new Set(['too large', 'too slow', OF_ITS_ROUTE])
