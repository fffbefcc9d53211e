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

/** @throws {CacheError} `E_TEMPLATE` where Django has TemplateSyntaxError */
export function parseCacheTag(
  parser: NunjucksParser,
  nodes: NunjucksNodes,
  where: string,
): CacheTag {
  const timeout = isAtEnd(parser) ? undefined : named(parser.parseExpression(), nodes)
  skipCommas(parser)
  const name = parseName(parser)
  if (timeout === undefined || name === '')
    throw templateError(where, "tag 'cache' requires at least two arguments: timeout and name.")
  return { timeout, name, ...parseArguments(parser, nodes) }
}

/** What stands there up to a blank, as it is: `sidebar`, `side-bar`, `"side bar"`. */
function parseName(parser: NunjucksParser): string {
  let name = ''
  // To look ahead skips the blanks before it; from here on they are tokens.
  parser.peekToken()
  for (;;) {
    const token = parser.nextToken(true)
    if (token === null) return name
    if (!END_OF_NAME.has(token.type)) name += token.value
    else if (token.type === 'whitespace') return name
    else {
      parser.pushToken(token)
      return name
    }
  }
}

const END_OF_NAME: ReadonlySet<string> = new Set(['whitespace', 'comma', 'block-end'])

function isAtEnd(parser: NunjucksParser): boolean {
  return parser.peekToken()?.type === 'block-end'
}

function skipCommas(parser: NunjucksParser): void {
  while (parser.peekToken()?.type === 'comma') parser.nextToken()
}

/** Values and words up to the end of the tag, between blanks as Django writes them, or commas. */
export function parseArguments(parser: NunjucksParser, nodes: NunjucksNodes): TagArguments {
  const values: NunjucksNode[] = []
  const words = new Map<string, NunjucksNode>()
  while (!isAtEnd(parser)) {
    const node = parseValue(parser)
    if (node.typename === 'Symbol' && parser.skipValue('operator', '='))
      words.set(symbolOf(node), parser.parseExpression())
    else values.push(named(node, nodes))
    skipCommas(parser)
  }
  return { values, words }
}

/** As Nunjucks has it, and as Django writes the argument of a filter: `names|join:"-"|lower`. */
function parseValue(parser: NunjucksParser): NunjucksNode {
  let node = parser.parseExpression()
  while (node.typename === 'Filter' && parser.peekToken()?.type === 'colon') {
    parser.nextToken()
    const { args } = node as { readonly args?: { readonly children: NunjucksNode[] } }
    args?.children.push(parser.parsePrimary())
    node = parser.parseFilter(node)
  }
  return node
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
