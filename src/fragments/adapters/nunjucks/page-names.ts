import { currentMaking } from '../../../cache/making.ts'
import type { Digests, TemplateFacts } from '../../digest.ts'
import { findTokens } from '../../personal-names.ts'
import type { NunjucksEnvironment } from './nunjucks-types.ts'
import type { KnownTemplate, Templates } from './templates.ts'

type Rendered = (error: unknown, text?: unknown) => void

/**
 * What the templates of a page name that is one request's own, outside of holes: a page that is being made to be kept hears of
 * it before it is rendered.
 */
export class PageNames {
  readonly #env: NunjucksEnvironment
  readonly #templates: Templates
  readonly #digests: Digests

  constructor(env: NunjucksEnvironment, templates: Templates, digests: Digests) {
    this.#env = env
    this.#templates = templates
    this.#digests = digests
  }

  /** Looks at each page that is rendered by `render` or `renderString`. */
  watch(): void {
    for (const method of ['render', 'renderString'] as const) {
      const render = this.#env[method]
      Object.defineProperty(this.#env, method, {
        configurable: true,
        writable: true,
        value: (...given: unknown[]): unknown => {
          const done = given.find((each) => typeof each === 'function') as Rendered | undefined
          const [page, data] = given
          if (done === undefined || typeof page !== 'string' || currentMaking() === undefined) {
            return render.apply(this.#env, given)
          }
          const variables = typeof data === 'object' && data !== null ? data : {}
          const name = method === 'render' ? page : undefined
          void this.#before(
            () => this.#tell(name, page, variables),
            done,
            () => {
              render.apply(this.#env, given)
            },
          )
          return undefined
        },
      })
    }
  }

  async #before(act: () => Promise<void>, done: Rendered, render: () => void): Promise<void> {
    try {
      await act()
      render()
    } catch (error) {
      // What `done` itself throws in there, too: nobody else would hear of it.
      done(error)
    }
  }

  async #tell(name: string | undefined, text: string, given: object): Promise<void> {
    const making = currentMaking()
    const template = name === undefined ? undefined : await this.#templates.load(name)
    const source = name === undefined ? text : this.#templates.sourceOf(template)
    const all = await this.#all(this.#templates.of(source))
    const bound = new Set(all.flatMap(({ analysis }) => [...analysis.bound]))
    const uses = all.flatMap(({ analysis }) => analysis.uses)
    const found = findTokens(uses, bound, given)
    if (found !== undefined) making?.personal(found)
  }

  /** A template, all that it includes, and what it extends. */
  async #all(root: KnownTemplate): Promise<KnownTemplate[]> {
    const seen = new Map<string, KnownTemplate>()
    const queue = [root]
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      if (seen.has(next.facts.name)) continue
      seen.set(next.facts.name, next)
      const { analysis, facts } = next
      const more: (TemplateFacts | undefined)[] = await this.#digests.included(facts)
      for (const layout of analysis.layouts) more.push(await this.#templates.read(layout, facts))
      for (const each of more) if (each !== undefined) queue.push(this.#templates.of(each.text))
    }
    return [...seen.values()]
  }
}
