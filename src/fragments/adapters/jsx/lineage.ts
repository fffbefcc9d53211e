// Which component shows which: what cannot be known before it is rendered. On its way each component is called through a
// watch, and what it returns is looked through for more of them. What was given to a component is left as it is until that
// one shows it: some look at the types of their children.
import { currentMaking } from '../../../cache/making.ts'
import { hashOf } from '../../digest.ts'
import type { HelperCode } from '../../helper-code.ts'
import { Recent } from '../../recent.ts'
import { FragmentScope } from '../../scope.ts'
import {
  type Component,
  componentOf,
  isBuiltIn,
  isElement,
  nameOf,
  showsChildren,
  withChildren,
  withComponent,
} from './elements.ts'

/** As many steps as no program has. */
const MOST_STEPS = { entries: 100_000 }

/** The steps from component to component that this process has taken. */
export class Lineage {
  readonly #code: HelperCode
  readonly #steps = new Recent<true>(MOST_STEPS)
  /** Components that make fragments and holes: what is in them tells by itself. */
  readonly #own = new Set<unknown>()
  readonly #through = new Set<unknown>()

  constructor(code: HelperCode) {
    this.#code = code
  }

  /** @param own components that make fragments and holes */
  leaveOut(...own: readonly unknown[]): void {
    for (const each of own) this.#own.add(each)
  }

  /** @param type of elements that show their children and nothing else */
  lookThrough(type: unknown): void {
    this.#through.add(type)
  }

  /** Whether this process has itself taken this step, by the very same code. */
  readonly knows = (step: string): boolean => this.#steps.get(step) === true

  /**
   * Elements as they are to be rendered: each step that is taken on the way is told to the fragment that is being made.
   *
   * @param parent the component that shows them. Default: none; what stands in the fragment itself is known before
   */
  watched(node: unknown, parent?: string): unknown {
    if (Array.isArray(node)) return node.map((each) => this.watched(each, parent))
    if (!isElement(node) || this.#own.has(node.type)) return node
    if (this.#through.has(node.type) || showsChildren(node.type))
      return withChildren(node, (each) => this.watched(each, parent))
    if (isBuiltIn(node.type)) return withComponent(node, (inner) => this.#watch(inner, parent))
    const component = componentOf(node.type)
    const name = nameOf(component)
    const own = hashOf(`${name}:${this.#code.of(name, component)}`)
    const step = parent === undefined ? undefined : hashOf(`${parent}>${own}`)
    return withComponent(node, (inner) => this.#watch(inner, own, step))
  }

  /** As it was in every other respect: its name, and what it has of its own. */
  #watch(component: Component, own: string | undefined, step?: string): Component {
    return new Proxy(component, {
      apply: (target, self, given) => {
        if (step !== undefined) this.#take(step)
        const shown: unknown = Reflect.apply(target, self, given)
        if (shown instanceof Promise)
          return shown.then((settled: unknown) => this.watched(settled, own))
        return this.watched(shown, own)
      },
    })
  }

  #take(step: string): void {
    this.#steps.set(step, true)
    const making = currentMaking()
    if (making instanceof FragmentScope) making.made.add(step)
  }
}
