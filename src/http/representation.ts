// Which body of a stored page a client gets, and under which entity tag. RFC 9110 §12 and §8.8.3.
import type { CodedBody, Coding, StoredPage } from './record.ts'
import { fieldLines } from './rules/fields.ts'
import { preferredCoding } from './rules/negotiation.ts'
import { matchesAny } from './rules/validators.ts'

export interface Representation {
  /** The coding that we gave it; `undefined` for the page as its view made it. */
  readonly coding: Coding | undefined
  readonly body: Buffer
  readonly etag: string | undefined
}

/** The body that this client reads best. */
export function representationFor(
  page: StoredPage,
  header: (name: string) => string | undefined,
): Representation {
  const [etag] = fieldLines(page.fields, 'etag')
  const chosen = page.coded.length === 0 ? undefined : chosenFor(page, header)
  if (chosen === undefined) return { coding: undefined, body: page.body, etag }
  return { ...chosen, etag: etag === undefined ? undefined : codedTag(etag, chosen.coding) }
}

function chosenFor(
  page: StoredPage,
  header: (name: string) => string | undefined,
): CodedBody | undefined {
  const coding = preferredCoding(
    header('accept-encoding'),
    page.coded.map((each) => each.coding),
  )
  return page.coded.find((each) => each.coding === coding)
}

/**
 * The tag of this page that If-None-Match names, in whichever coding the client has it, so that 304 can say which of its
 * copies is still good; `undefined` when it names none. That of the representation itself comes first.
 */
export function tagInList(
  page: StoredPage,
  chosen: Representation,
  noneMatch: string,
): string | undefined {
  const [own] = fieldLines(page.fields, 'etag')
  if (own === undefined) return undefined
  const tags = [chosen.etag ?? own, own, ...page.coded.map(({ coding }) => codedTag(own, coding))]
  return tags.find((tag) => matchesAny(noneMatch, tag))
}

// A strong tag is of one sequence of bytes (§8.8.3.3); a weak one promises no more than the page.
function codedTag(etag: string, coding: Coding): string {
  return etag.endsWith('"') && etag.startsWith('"') ? `${etag.slice(0, -1)}--${coding}"` : etag
}
