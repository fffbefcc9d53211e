// The page that a response becomes, when its body has ended well.
import { createHash } from 'node:crypto'
import type { FillTerms } from './fill-terms.ts'
import { lifeOf } from './life.ts'
import type { StoredPage } from './record.ts'
import { endToEndFields, type FieldList, hasField, withoutFields } from './rules/fields.ts'
import { initialAgeSeconds } from './rules/freshness.ts'
import { httpDate } from './rules/http-date.ts'
import { searchRule } from './rules/no-vary-search.ts'
import { ownReason } from './rules/reason.ts'
import type { ResponseHead, Storable } from './rules/storable.ts'
import { validatorsOf } from './rules/validators.ts'

/** A head that may be kept, and when it was seen. */
export interface JudgedHead extends ResponseHead {
  readonly at: number
  readonly verdict: Storable
}

interface Terms extends Pick<FillTerms, 'afterwards' | 'header' | 'names' | 'query' | 'reads'> {
  /** When its view was asked. */
  readonly askedAt: number
  /** Names of request fields that select it. */
  readonly selecting: readonly string[]
  /** What is said of that on it. */
  readonly selection: FieldList
}

// Rewritten on every answer: the length is that of the bytes, the age grows.
const MADE_ANEW: ReadonlySet<string> = new Set(['content-length', 'age'])

export function madePage(head: JudgedHead, body: Buffer, terms: Terms): StoredPage {
  const { afterwards, askedAt, header, names, query, reads, selecting, selection } = terms
  const fields = withoutFields(endToEndFields(head.fields), MADE_ANEW)
  fields.push(...selection)
  if (!hasField(fields, 'date')) fields.push('Date', httpDate(head.at))
  const hasTag = head.status >= 300 || head.status === 204 || hasField(fields, 'etag')
  if (!hasTag) fields.push('ETag', digest(body))
  return {
    kind: 'page',
    // Known to whoever stores it, as are its tags.
    key: '',
    status: head.status,
    reason: ownReason(head.status, head.reason),
    fields,
    body,
    coded: [],
    holes: null,
    storedAt: head.at,
    ...lifeOf(head.verdict, head.at, afterwards),
    held: null,
    // RFC 9110 §13.2.1: conditions on a redirect or an error mean nothing.
    validators: head.status < 300 ? validatorsOf(head.fields) : [],
    initialAge: initialAgeSeconds(head.fields, head.at, head.at - askedAt),
    // The application's own getters are not the view.
    vary: reads.untracked(() => {
      return (names ?? selecting).map((name) => [name, header(name) ?? null] as const)
    }),
    tags: [],
    search: { query, rule: searchRule(head.fields) ?? null },
  }
}

// Strong: byte for byte (RFC 9110 §8.8.1). 128 bits are plenty where nobody gains by a collision but its author.
function digest(body: Buffer): string {
  return `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`
}
