import type { Use } from '../../personal-names.ts'
import type { HandlebarsNode } from './handlebars-types.ts'

/** One block `cache` and what is in it. */
export interface Block {
  readonly name: string
  readonly includes: readonly string[]
  readonly uses: readonly Use[]
  readonly vary: readonly (readonly string[])[]
}

/** What a template's syntax tree tells. */
export interface Analysis {
  readonly includes: readonly string[]
  readonly computed: boolean
  /** Names of helpers that it may call. */
  readonly calls: ReadonlySet<string>
  readonly uses: readonly Use[]
  readonly blocks: ReadonlyMap<string, Block>
}

interface Open {
  readonly includes: string[]
  readonly uses: Use[]
}

/** Blocks in which a plain name is not one of the page's data. */
const OTHER_CONTEXT: ReadonlySet<string> = new Set(['each', 'with'])

export function analyse(tree: HandlebarsNode, template: string): Analysis {
  const calls = new Set<string>()
  const blocks = new Map<string, Block>()
  const whole: Open = { includes: [], uses: [] }
  let computed = false

  const visit = (node: unknown, open: readonly Open[], isRoot: boolean): void => {
    if (Array.isArray(node)) return node.forEach((each) => visit(each, open, isRoot))
    if (!isNode(node)) return
    if (node.type === 'PathExpression') {
      const path = pathOf(node)
      if (path === undefined || (!isRoot && node['data'] !== true)) return
      for (const each of open) each.uses.push({ path, line: node.loc.start.line, template })
      return
    }
    if (node.type === 'PartialStatement' || node.type === 'PartialBlockStatement') {
      const { name } = node
      if (isNode(name) && name.type === 'PathExpression')
        for (const each of open) each.includes.push(String(name['original']))
      else computed = true
    }
    const called = pathOf(node['path'])
    if (called?.length === 1) calls.add(called[0] as string)
    const { body, hash, inverse, pairs, params, path, program, value } = node
    if (!isCall(node)) visit(path, open, isRoot)
    visit([params, hash, pairs, value, body], open, isRoot)
    const inner = isRoot && !OTHER_CONTEXT.has(called?.[0] ?? '')
    if (node.type !== 'BlockStatement' || called?.[0] !== 'cache') {
      visit([program, inverse], open, inner)
      return
    }
    const own: Open = { includes: [], uses: [] }
    visit(program, [...open, own], inner)
    const [, name, ...vary] = params as readonly HandlebarsNode[]
    const paths = vary.map(pathOf).filter((each) => each !== undefined)
    blocks.set(placeOf(node.loc), { name: String(name?.['original']), ...own, vary: paths })
  }
  visit(tree, [whole], true)
  return { ...whole, computed, calls, blocks }
}

/** By which a block of a template is known while it is rendered. */
export function placeOf({ start }: HandlebarsNode['loc']): string {
  return `${start.line}:${start.column}`
}

/** A name with arguments is a helper's. */
function isCall(node: HandlebarsNode): boolean {
  const params = node['params'] as readonly unknown[] | undefined
  return (
    node.type === 'BlockStatement' || node.type === 'SubExpression' || (params?.length ?? 0) > 0
  )
}

/** `['user', 'id']` of `user.id` and of `@root.user.id`; `undefined` for what is no name of the page's data. */
function pathOf(node: unknown): readonly string[] | undefined {
  if (!isNode(node) || node.type !== 'PathExpression' || node['depth'] !== 0) return undefined
  const parts = node['parts'] as readonly string[]
  if (node['data'] !== true) return parts
  return parts[0] === 'root' ? parts.slice(1) : undefined
}

function isNode(node: unknown): node is HandlebarsNode {
  return typeof (node as Partial<HandlebarsNode> | null | undefined)?.type === 'string'
}
