import { ViewCode } from '../../view-code.ts'
import type { PugNode } from './pug-types.ts'

/** Fields that are code, by where they stand: what is shown or asked is an expression. */
const EXPRESSIONS: readonly string[] = ['expr', 'test', 'obj']

/** What one template of Pug names and which filters it calls, from the tree that Pug makes of it. */
export class PugReading {
  readonly code: ViewCode = new ViewCode({ data: ['locals', 'self'], includes: {} })
  readonly filters: Set<string> = new Set()
  readonly #file: string

  /** @param file what it includes is in the tree, too, and belongs to others */
  constructor(file: string) {
    this.#file = file
  }

  visit(node: unknown): void {
    if (Array.isArray(node)) return node.forEach((each) => this.visit(each))
    if (!isNode(node)) return
    if (node.filename === undefined || node.filename === this.#file) this.#read(node)
    for (const [field, value] of Object.entries(node)) if (field !== 'file') this.visit(value)
  }

  #read(node: PugNode): void {
    const { line = 1, type } = node
    const { args, attributeBlocks, attrs, buffer, call, key, name, val } = node
    for (const field of EXPRESSIONS) this.#add(node[field], line, true)
    for (const each of [...listOf(attrs), ...listOf(attributeBlocks)]) {
      const attribute = each as { readonly val?: unknown; readonly line?: number }
      this.#add(attribute.val, attribute.line ?? line, true)
    }
    if (type === 'Code') this.#add(val, line, buffer === true)
    if (type === 'Each' || type === 'EachOf') {
      this.#bind(val)
      this.#bind(key)
    }
    if (type === 'Mixin' && call === true) this.#add(args, line, true)
    else if (type === 'Mixin') this.#bind(args)
    if (type === 'Filter' || type === 'IncludeFilter') this.filters.add(String(name))
  }

  #add(code: unknown, line: number, isExpression: boolean): void {
    if (typeof code === 'string') this.code.add(code, line, isExpression)
  }

  #bind(names: unknown): void {
    if (typeof names === 'string') this.code.bind(names)
  }
}

function listOf(given: unknown): readonly unknown[] {
  return Array.isArray(given) ? given : []
}

function isNode(node: unknown): node is PugNode {
  return typeof (node as Partial<PugNode> | null | undefined)?.type === 'string'
}
