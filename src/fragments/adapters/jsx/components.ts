import type { HelperCode } from '../../helper-code.ts'
import { isMarked } from '../../per-request.ts'
import { componentOf, isElement, nameOf } from './elements.ts'

/** What can be seen of elements before anything of them is rendered. */
export interface Seen {
  /** The elements as they are nested, and the source of each component; not the texts, which may be anybody's data. */
  readonly code: string
  /** What they are called. */
  readonly names: readonly string[]
}

/** Reads elements of React and of Hono. What a component renders in turn is not there yet: see lineage.ts. */
export class Components {
  readonly #code: HelperCode

  constructor(code: HelperCode) {
    this.#code = code
  }

  in(children: unknown): Seen {
    const code: string[] = []
    const names = new Set<string>()
    const visit = (node: unknown, prop: string): void => {
      if (Array.isArray(node)) return node.forEach((each) => visit(each, prop))
      // To look into what is one visitor's own would be to show it.
      if (isMarked(node)) return
      if (typeof node === 'function') code.push(this.#code.of(prop, node))
      if (!isElement(node)) return
      const { children: inner, props, type } = node
      const component = componentOf(type)
      const name = nameOf(component)
      names.add(`<${name}>`)
      code.push('<', typeof component === 'function' ? this.#code.of(name, component) : name)
      for (const [key, value] of Object.entries(props ?? {})) {
        code.push(key)
        visit(value, key)
      }
      if (inner !== props?.['children']) visit(inner, 'children')
      code.push('>')
    }
    visit(children, 'children')
    return { code: JSON.stringify(code), names: [...names] }
  }
}
