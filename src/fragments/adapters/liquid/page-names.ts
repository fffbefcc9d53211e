import { currentMaking } from '../../../cache/making.ts'
import { type Digests, hashOf } from '../../digest.ts'
import { findTokens } from '../../personal-names.ts'
import type { LiquidEngine, LiquidTemplate } from './liquid-types.ts'
import type { Templates } from './templates.ts'

/**
 * What the templates of a page name that is one request's own, outside of holes: a page that is being made to be kept hears of
 * it before it is rendered.
 */
export class PageNames {
  readonly #liquid: LiquidEngine
  readonly #templates: Templates
  readonly #digests: Digests

  constructor(liquid: LiquidEngine, templates: Templates, digests: Digests) {
    this.#liquid = liquid
    this.#templates = templates
    this.#digests = digests
  }

  /** Looks at each page that is rendered by `renderFile` or `parseAndRender`. */
  watch(): void {
    const liquid = this.#liquid
    const { parseAndRender, renderFile } = liquid
    Object.assign(liquid, {
      renderFile: async (...given: Parameters<typeof renderFile>) => {
        await this.#tell(() => liquid.parseFile(given[0]), given[1])
        return await renderFile.apply(liquid, given)
      },
      parseAndRender: async (...given: Parameters<typeof parseAndRender>) => {
        await this.#tell(() => liquid.parse(given[0]), given[1])
        return await parseAndRender.apply(liquid, given)
      },
    })
  }

  async #tell(
    parse: () => Promise<readonly LiquidTemplate[]> | readonly LiquidTemplate[],
    data: unknown,
  ): Promise<void> {
    const making = currentMaking()
    if (making === undefined) return
    const page = await parse()
    const [first] = page
    if (first === undefined) return
    const { file, input } = first.token
    const facts = { ...this.#templates.factsOf(first.token, page), name: file ?? hashOf(input) }
    const included = await this.#digests.included(facts)
    const bodies = [page, ...included.map((each) => this.#templates.parsed(each))]
    const names = await Promise.all(bodies.map((body) => this.#templates.namesIn(body)))
    const uses = names.flatMap((each) => each.uses)
    const bound = new Set(names.flatMap((each) => each.bound))
    const found = findTokens(uses, bound, (data as object | null | undefined) ?? {})
    if (found !== undefined) making.personal(found)
  }
}
