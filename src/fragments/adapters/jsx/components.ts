import { HelperCode, type HelperVersions } from '../../helper-code.ts'
import { isMarked } from '../../per-request.ts'

/** What can be seen of elements before anything of them is rendered. */
export interface Seen {
  /** The elements as they are nested, and the source of each component; not the texts, which may be anybody's data. */
  readonly code: string
  /** What they are called. */
  readonly names: readonly string[]
}

interface Element {
  readonly type: unknown
  readonly props: Readonly<Record<string, unknown>> | null
  /** Of Hono. */
  readonly children?: unknown
}

/** Reads elements of React and of Hono. What a component renders in turn is not there yet, and not seen. */
export class Components {
  readonly #code: HelperCode

  /** @throws {CacheError} `E_OPTION` */
  constructor(versions: HelperVersions | undefined) {
    this.#code = new HelperCode(versions)
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

function isElement(node: unknown): node is Element {
  return typeof node === 'object' && node !== null && 'type' in node && 'props' in node
}

/** What React wraps: `memo` and `forwardRef`. */
function componentOf(type: unknown): unknown {
  let component = type
  while (typeof component === 'object' && component !== null) {
    const { render, type: inner } = component as { render?: unknown; type?: unknown }
    const next = inner ?? render
    if (next === undefined) return component
    component = next
  }
  return component
}

function nameOf(component: unknown): string {
  if (typeof component === 'string') return component
  if (typeof component !== 'function') return ''
  const { displayName } = component as { displayName?: unknown }
  return typeof displayName === 'string' ? displayName : component.name
}
