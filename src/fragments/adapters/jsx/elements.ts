// Elements as React and Hono have them, as much of them as is looked at.
import { isMarked } from '../../per-request.ts'

export interface Element {
  readonly type: unknown
  readonly props: Readonly<Record<string, unknown>> | null
  /** Of Hono, which has its `type` by this name. */
  readonly tag?: unknown
  /** Of Hono. */
  readonly children?: unknown
}

export type Component = (...given: unknown[]) => unknown

/** By which Hono keeps what a component is in a browser: of `memo`, what it was given. */
const BENEATH = 'RENDERER'
const MEMO = 'MEMO'

/** To look into what is one visitor's own would be to show it: that is no element. */
export function isElement(node: unknown): node is Element {
  if (typeof node !== 'object' || node === null || isMarked(node)) return false
  return 'type' in node && 'props' in node
}

/** What is wrapped by `memo` and `forwardRef`. */
export function componentOf(type: unknown): unknown {
  let component = type
  while (typeof component === 'object' && component !== null) {
    const { render, type: inner } = component as { render?: unknown; type?: unknown }
    const next = inner ?? render
    if (next === undefined) return component
    component = next
  }
  return typeof component === 'function' ? memoizedIn(component) : component
}

function memoizedIn(component: object): unknown {
  const inner = keptAs(component, BENEATH)
  return keptAs(component, MEMO) === undefined || typeof inner !== 'function' ? component : inner
}

/** Of Hono: `form`, `title` and others are components there. */
export function isBuiltIn(type: unknown): boolean {
  return (
    typeof type === 'function' &&
    keptAs(type, BENEATH) !== undefined &&
    keptAs(type, MEMO) === undefined
  )
}

/** By the words of a symbol that Hono does not hand out. */
function keptAs(component: object, words: string): unknown {
  const symbol = Object.getOwnPropertySymbols(component).find((own) => own.description === words)
  return symbol && (component as Readonly<Record<symbol, unknown>>)[symbol]
}

export function nameOf(component: unknown): string {
  if (typeof component === 'string') return component
  if (typeof component !== 'function') return ''
  const { displayName } = component as { displayName?: unknown }
  return typeof displayName === 'string' ? displayName : component.name
}

/** A tag, a fragment, a provider of a context: it shows its children and nothing else. */
export function showsChildren(type: unknown): boolean {
  if (typeof type !== 'function') return typeof componentOf(type) !== 'function'
  return (type as { Provider?: unknown }).Provider === type
}

/** The same element with other children. */
export function withChildren(element: Element, watched: (node: unknown) => unknown): Element {
  const props: Record<string, unknown> = { ...element.props }
  if ('children' in props) props['children'] = watched(props['children'])
  const { children } = element
  return copy(element, children === undefined ? { props } : { props, children: watched(children) })
}

/** The same element of another component. */
export function withComponent(
  element: Element,
  change: (component: Component) => Component,
): Element {
  const type = changed(element.type, change)
  return copy(element, 'tag' in element ? { tag: type } : { type })
}

function changed(type: unknown, change: (component: Component) => Component): unknown {
  if (typeof type === 'function') return isClass(type) ? type : change(type as Component)
  const { render, type: inner } = type as { render?: unknown; type?: unknown }
  return copy(
    type as object,
    inner === undefined ? { render: changed(render, change) } : { type: changed(inner, change) },
  )
}

/** Of React: it is made with `new`. */
function isClass(type: { readonly prototype?: unknown }): boolean {
  const { prototype } = type as { prototype?: { isReactComponent?: unknown } }
  return prototype?.isReactComponent !== undefined
}

/** React freezes its elements. */
function copy<T extends object>(object: T, other: object): T {
  const properties = Object.getOwnPropertyDescriptors(object)
  const others = Object.getOwnPropertyDescriptors(other)
  return Object.create(Object.getPrototypeOf(object) as object | null, {
    ...properties,
    ...others,
  }) as T
}
