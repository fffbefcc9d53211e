import { templateError } from '../../tag-words.ts'
import type { NunjucksNode, NunjucksNodes, NunjucksParser } from './nunjucks-types.ts'

/** What a tag says, still to be evaluated. */
export interface TagArguments {
  readonly values: readonly NunjucksNode[]
  readonly words: ReadonlyMap<string, NunjucksNode>
}

/** A fragment's tag: `cache 900 product_list category.id using="pages"`. */
export interface CacheTag extends TagArguments {
  readonly timeout: NunjucksNode
  readonly name: string
}

/** Values and words up to the end of the tag, between blanks as Django writes them, or commas. */
export function parseArguments(parser: NunjucksParser, nodes: NunjucksNodes): TagArguments {
  const values: NunjucksNode[] = []
  const words = new Map<string, NunjucksNode>()
  while (parser.peekToken()?.type !== 'block-end') {
    const node = parser.parseExpression()
    if (node.typename === 'Symbol' && parser.skipValue('operator', '='))
      words.set(symbolOf(node), parser.parseExpression())
    else values.push(named(node, nodes))
    while (parser.peekToken()?.type === 'comma') parser.nextToken()
  }
  return { values, words }
}

/** @throws {CacheError} `E_TEMPLATE` where Django has TemplateSyntaxError */
export function cacheTag(given: TagArguments, where: string): CacheTag {
  const [timeout, nameNode, ...values] = given.values
  if (timeout === undefined || nameNode === undefined)
    throw templateError(where, "tag 'cache' requires at least two arguments: timeout and name.")
  const name = literalName(nameNode)
  if (name === undefined)
    throw templateError(
      where,
      "tag 'cache' expected a name as it is, such as sidebar or 'side-bar'.",
    )
  return { timeout, name, values, words: given.words }
}

/** Django's templates say `{% load cache %}` first. @throws {CacheError} `E_TEMPLATE` for what only Django has */
export function checkLoad({ values }: TagArguments, where: string): void {
  const odd = values
    .map((node) => literalName(node) ?? node.typename)
    .find((name) => name !== 'cache')
  if (odd !== undefined) throw templateError(where, `tag 'load' knows only 'cache', got '${odd}'.`)
}

function symbolOf(node: NunjucksNode): string {
  return String((node as { value?: unknown }).value)
}

function literalName(node: NunjucksNode): string | undefined {
  const { value } = node as { value?: unknown }
  const isName = node.typename === 'Symbol' || node.typename === 'Literal'
  if (!isName || (typeof value !== 'string' && typeof value !== 'number')) return undefined
  return value === '' ? undefined : String(value)
}

/** Python's words for what Nunjucks writes in small letters. */
function named(node: NunjucksNode, nodes: NunjucksNodes): NunjucksNode {
  if (node.typename !== 'Symbol' || symbolOf(node) !== 'None') return node
  return new nodes.Literal(node.lineno, node.colno, null)
}
