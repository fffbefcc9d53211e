import { findPersonal, type Use } from '../../personal-names.ts'
import type { NunjucksNode } from './nunjucks-types.ts'

/** What a template's syntax tree tells. */
export interface Analysis {
  readonly includes: readonly string[]
  /** What it extends. */
  readonly layouts: readonly string[]
  readonly computed: boolean
  /** Names of filters, tests and functions that it calls. */
  readonly calls: ReadonlySet<string>
  readonly uses: readonly Use[]
  readonly bound: ReadonlySet<string>
  /** Our tags, by where they stand. */
  readonly fragments: ReadonlyMap<string, Analysed>
}

/** One tag and what is in it. */
export interface Analysed {
  /** In something that Nunjucks runs to its end at once: it cannot wait for a cache. */
  readonly within: string | undefined
  readonly includes: readonly string[]
  readonly uses: readonly Use[]
  readonly bound: ReadonlySet<string>
  /** It includes a template whose name is computed. */
  readonly computed: boolean
  readonly vary: readonly (readonly string[])[]
  /** Of a hole: the names in what it is given where it stands. */
  readonly given: readonly Use[]
}

/** A tag of ours in a tree that is only read. */
export interface AnalysedTag extends NunjucksNode {
  readonly breakwater: {
    readonly tag: 'cache' | 'nocache'
    readonly at: string
    readonly vary: readonly NunjucksNode[]
    /** What is evaluated where the tag stands, not in it. */
    readonly outside: readonly NunjucksNode[]
    readonly body: NunjucksNode
  }
}

interface Open {
  includes: string[]
  uses: Use[]
  bound: Set<string>
  computed: boolean
}

/** What its statement binds: the names of a loop, of a macro, of what is set or imported. */
const BINDING: ReadonlyMap<string, readonly string[]> = new Map([
  ['For', ['name']],
  ['AsyncEach', ['name']],
  ['AsyncAll', ['name']],
  ['Set', ['targets']],
  ['Import', ['target']],
  ['FromImport', ['names']],
  ['Macro', ['name', 'args']],
  ['Caller', ['name', 'args']],
  ['Block', ['name']],
])
const INCLUDING: ReadonlySet<string> = new Set(['Include', 'Import', 'FromImport', 'Extends'])
const AT_ONCE: ReadonlyMap<string, string> = new Map([
  ['Macro', 'a macro'],
  ['Caller', "the block of a 'call'"],
  ['Capture', "a 'filter' or 'set' block"],
])

/** Reads a tree in which our tags stand as {@link AnalysedTag}. */
export function analyse(tree: NunjucksNode, template: string | undefined): Analysis {
  const calls = new Set<string>()
  const fragments = new Map<string, Analysed>()
  const layouts: string[] = []
  const whole = opened()

  const visit = (node: unknown, open: readonly Open[], within: string | undefined): void => {
    if (Array.isArray(node)) return node.forEach((each) => visit(each, open, within))
    if (!isNode(node)) return
    if ('breakwater' in node) return visitTag(node as AnalysedTag, open, within)
    const path = pathOf(node)
    if (path !== undefined) {
      for (const each of open) each.uses.push({ path, line: node.lineno + 1, template })
      return
    }
    const binding = BINDING.get(node.typename) ?? []
    for (const field of binding) {
      for (const name of namesIn(fieldOf(node, field)))
        for (const each of open) each.bound.add(name)
    }
    if (INCLUDING.has(node.typename)) {
      const names = namesOf(fieldOf(node, 'template'))
      // What it extends is around a fragment, never in it.
      if (node.typename === 'Extends') layouts.push(...(names ?? []))
      else if (names === undefined) for (const each of open) each.computed = true
      else for (const each of open) each.includes.push(...names)
    }
    const called = fieldOf(node, 'name')
    if (/^(Filter|FilterAsync|FunCall)$/.test(node.typename)) {
      const [name] = pathOf(called) ?? []
      if (name !== undefined) calls.add(name)
    }
    if (node.typename === 'Is') for (const name of namesIn(fieldOf(node, 'right'))) calls.add(name)
    const deeper = AT_ONCE.get(node.typename) ?? within
    // The block of a 'set' is no field of its node.
    const fields = node.typename === 'Set' ? [...node.fields, 'body'] : node.fields
    for (const field of fields) {
      const isName =
        binding.includes(field) || (field === 'name' && node.typename.startsWith('Filter'))
      const isKey = field === 'key' && node.typename === 'Pair'
      if (!isName && !isKey) visit(fieldOf(node, field), open, deeper)
    }
  }
  const visitTag = (
    { breakwater }: AnalysedTag,
    open: readonly Open[],
    within: string | undefined,
  ): void => {
    const { at, body, outside, tag, vary } = breakwater
    const given = opened()
    for (const node of outside) visit(node, [...open, given], within)
    // What is rendered each time belongs to none of the fragments around it.
    if (tag === 'nocache') {
      const included = opened()
      visit(body, [included], within)
      for (const each of open) {
        each.includes.push(...included.includes)
        each.computed ||= included.computed
      }
      fragments.set(at, { within, ...included, vary: [], given: given.uses })
      return
    }
    const own = opened()
    visit(body, [...open, own], within)
    fragments.set(at, {
      within,
      ...own,
      vary: vary.map(pathOf).filter((path) => path !== undefined),
      given: [],
    })
  }
  visit(tree, [whole], undefined)
  return { ...whole, layouts, calls, fragments }
}

function opened(): Open {
  return { includes: [], uses: [], bound: new Set(), computed: false }
}

/** What is one visitor's own among what a fragment shows. @param included the templates that it includes */
export function personalIn(fragment: Analysed, included: readonly Analysis[]): string | undefined {
  const bound = new Set([fragment, ...included].flatMap((each) => [...each.bound]))
  const uses = [fragment, ...included].flatMap((each) => each.uses)
  return findPersonal(uses, bound, fragment.vary)
}

/** `['user', 'id']` of `user.id`; `undefined` for what is no plain name. */
function pathOf(node: unknown): readonly string[] | undefined {
  if (!isNode(node)) return undefined
  if (node.typename === 'Symbol') return [String(fieldOf(node, 'value'))]
  if (node.typename !== 'LookupVal') return undefined
  const target = pathOf(fieldOf(node, 'target'))
  const name = literal(fieldOf(node, 'val'))
  return target === undefined || name === undefined ? undefined : [...target, name]
}

/** The names of templates that an expression may stand for, as far as they are said; `undefined` when it may be any. */
function namesOf(node: unknown): readonly string[] | undefined {
  if (!isNode(node)) return undefined
  if (node.typename === 'Group') return namesOf(listOf(node)[0])
  if (node.typename === 'Array') {
    // The first that there is.
    const names = listOf(node).map(namesOf)
    return names.every((each) => each !== undefined) ? names.flat() : undefined
  }
  if (node.typename === 'InlineIf') {
    const [yes, no] = ['body', 'else_'].map((field) => namesOf(fieldOf(node, field)))
    return yes === undefined || no === undefined ? undefined : [...yes, ...no]
  }
  const pattern = patternOf(node)
  return pattern.startsWith('*') || pattern === '' ? undefined : [pattern]
}

/** `cards/**` for `'cards/' + kind`. */
function patternOf(node: unknown): string {
  const text = literal(node)
  if (text !== undefined) return text
  if (!isNode(node) || (node.typename !== 'Add' && node.typename !== 'Concat')) return '**'
  const sides = [patternOf(fieldOf(node, 'left')), patternOf(fieldOf(node, 'right'))]
  return sides.join('').replaceAll(/\*{2,}/g, '**')
}

function listOf(node: NunjucksNode): readonly unknown[] {
  return fieldOf(node, 'children') as readonly unknown[]
}

function namesIn(node: unknown): readonly string[] {
  if (Array.isArray(node)) return node.flatMap(namesIn)
  if (!isNode(node)) return []
  const path = pathOf(node)
  if (path !== undefined) return path.slice(0, 1)
  return node.fields.flatMap((field) => namesIn(fieldOf(node, field)))
}

function literal(node: unknown): string | undefined {
  if (!isNode(node) || node.typename !== 'Literal') return undefined
  const value = fieldOf(node, 'value')
  return typeof value === 'string' ? value : undefined
}

function fieldOf(node: NunjucksNode, field: string): unknown {
  return (node as unknown as Readonly<Record<string, unknown>>)[field]
}

function isNode(node: unknown): node is NunjucksNode {
  return typeof (node as Partial<NunjucksNode> | null | undefined)?.typename === 'string'
}
