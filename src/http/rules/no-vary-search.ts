// No-Vary-Search: a page's own word on which parameters of its query make no difference.
// draft-ietf-httpbis-no-vary-search, a dictionary of RFC 9651 §3.2.
import { fieldLines, type FieldList } from './fields.ts'
import { dictionaryMembers, listItems, stringOf } from './structured.ts'

/** What a query may differ in without asking for another page. */
export interface SearchRule {
  /** The named parameters make no difference; or, with `others`, all but the named ones. */
  readonly ignored: 'named' | 'others'
  /** Decoded, sorted, each once. */
  readonly names: readonly string[]
  /** The order of parameters with different names makes a difference. */
  readonly ordered: boolean
}

/** Names beyond this are not taken: a rule is a part of the keys that it shortens. */
const MOST_NAMES = 64
const MEMBERS: ReadonlySet<string> = new Set(['params', 'except', 'key-order'])

/**
 * What a response says; `undefined` where it says nothing, nothing else than the default, or what is not understood for
 * certain: a broken field, an unknown member, a value of another type. Never throws; linear in its length.
 */
export function searchRule(fields: FieldList): SearchRule | undefined {
  const lines = fieldLines(fields, 'no-vary-search')
  const members = lines.length === 0 ? undefined : dictionaryMembers(lines.join(', '))
  if (members === undefined || members.some(([name]) => !MEMBERS.has(name))) return undefined
  // Of a repeated member the last one counts.
  const { except, params = '?0', 'key-order': anyOrder = '?0' } = Object.fromEntries(members)
  const isBare = truth(params)
  const isAnyOrder = truth(anyOrder)
  if (isAnyOrder === undefined || (except !== undefined && isBare !== true)) return undefined
  const names = isBare === undefined ? namesOf(params) : except === undefined ? [] : namesOf(except)
  if (names === undefined) return undefined
  const rule: SearchRule = {
    ignored: isBare === true ? 'others' : 'named',
    names,
    ordered: !isAnyOrder,
  }
  return isDefault(rule) ? undefined : rule
}

function truth(value: string): boolean | undefined {
  if (value === '' || value === '?1') return true
  return value === '?0' ? false : undefined
}

function isDefault({ ignored, names, ordered }: SearchRule): boolean {
  return ignored === 'named' && names.length === 0 && ordered
}

function namesOf(list: string): readonly string[] | undefined {
  const items = listItems(list)
  if (items === undefined || items.length > MOST_NAMES) return undefined
  const names = new Set<string>()
  for (const item of items) {
    const name = stringOf(item)
    if (name === undefined) return undefined
    names.add(decoded(name))
  }
  return [...names].toSorted()
}

// As the name of a parameter is decoded: `+` is a blank, percent codes are bytes of UTF-8, broken ones U+FFFD.
function decoded(name: string): string {
  const [pair] = new URLSearchParams(`?${name.replaceAll('&', '%26').replaceAll('=', '%3D')}=`)
  return pair?.[0] ?? ''
}

/**
 * The query as one text, the same for exactly those queries that ask for one page under the rule: decoded, without what makes
 * no difference, in an order of its own where order makes none.
 *
 * @param query with its `?`, or empty
 */
export function narrowed(query: string, { ignored, names, ordered }: SearchRule): string {
  const known = new Set(names)
  // `URLSearchParams` passes over one `?` at the beginning, and only that one is not part of the query.
  const pairs = [...new URLSearchParams(query === '' ? '' : `?${query.slice(1)}`)].filter(
    ([name]) => known.has(name) === (ignored === 'others'),
  )
  // Stable: pairs of one name keep their order, which makes a difference.
  const sorted = ordered ? pairs : pairs.toSorted(([a], [b]) => (a < b ? -1 : Number(a > b)))
  return JSON.stringify(sorted)
}

/** The rule under which makes no difference what makes none under both; `undefined` when everything does. */
export function strictest(a: SearchRule, b: SearchRule): SearchRule | undefined {
  const ordered = a.ordered || b.ordered
  const rule = { ...strictestNames(a, b), ordered }
  return isDefault(rule) || rule.names.length > MOST_NAMES ? undefined : rule
}

function strictestNames(a: SearchRule, b: SearchRule): Pick<SearchRule, 'ignored' | 'names'> {
  if (a.ignored === 'others' && b.ignored === 'others') {
    return { ignored: 'others', names: [...new Set([...a.names, ...b.names])].toSorted() }
  }
  if (a.ignored === 'others') return strictestNames(b, a)
  const isIgnored = (name: string): boolean => b.names.includes(name) === (b.ignored === 'named')
  return { ignored: 'named', names: a.names.filter(isIgnored) }
}

/** The rule as a text, the same for equal rules. */
export function ruleText({ ignored, names, ordered }: SearchRule): string {
  return JSON.stringify([ignored, names, ordered])
}

/** Whether all that makes no difference under `narrow` makes none under `wide`. */
export function isWithin(narrow: SearchRule, wide: SearchRule): boolean {
  const both = strictest(narrow, wide)
  return both !== undefined && ruleText(both) === ruleText(narrow)
}

/** Whether a page that says `rule` and was made for one query answers the other. */
export function sameSearch(made: string, asked: string, rule: SearchRule | undefined): boolean {
  if (made === asked) return true
  return rule !== undefined && narrowed(made, rule) === narrowed(asked, rule)
}
