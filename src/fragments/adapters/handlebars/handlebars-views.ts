import { optionError } from '../../../base/errors.ts'
import { currentMaking } from '../../../cache/making.ts'
import { Deferral } from '../../deferral.ts'
import { Digests, type TemplateFacts } from '../../digest.ts'
import type { FragmentRequest } from '../../fragment-request.ts'
import { createFragments, type Fragments } from '../../fragments.ts'
import { type FoundHole, wordNeeded } from '../../hole-source.ts'
import { HelperCode } from '../../helper-code.ts'
import type { VaryValue } from '../../key.ts'
import { findPersonal, findTokens, markPersonal, variedOn } from '../../personal-names.ts'
import { MOST_SOURCES, Recent } from '../../recent.ts'
import { place, tagOptions, templateError, versionOf } from '../../tag-words.ts'
import type { ViewsOptions } from '../../views.ts'
import { analyse, type Analysis, type Block, placeOf } from './analysis.ts'
import type { Handlebars, HelperOptions } from './handlebars-types.ts'

/** Where Handlebars and its views are, and how fragments are kept. */
export interface HandlebarsViewsOptions extends ViewsOptions {
  /** The module, or what its `create()` returns. Its registered partials are the templates. */
  readonly handlebars: object
}

/** One rendering, as helpers find it: `@breakwater`. */
interface Page {
  readonly deferral: Deferral
  readonly template: string
  readonly data: object
}

interface Known {
  readonly facts: TemplateFacts
  readonly analysis: Analysis
}

const HOLE = 'handlebars:'
const REMEDY =
  "render it by {{hole 'partial'}}, or vary on it ({{#cache 900 'name' user.id}}), or leave it outside."
const NONE: ReadonlySet<string> = new Set()

/**
 * Pages of Handlebars whose templates may write `{{#cache 900 "sidebar" user.id}}…{{/cache}}` and, for what is rendered each
 * time, `{{hole "partial" form="login"}}`. Handlebars waits for nothing: all fragments of a page are read in one round trip
 * when its template has ended.
 */
export class HandlebarsViews {
  /** For dropping fragments by hand, and for fragments outside of templates. */
  readonly fragments: Fragments
  readonly #handlebars: Handlebars
  readonly #code: HelperCode
  readonly #digests: Digests
  /** Handlebars puts compiled code in a partial's place when it is first used. */
  readonly #sources = new Map<string, string>()
  readonly #compiled = new Recent<ReturnType<Handlebars['compile']>>(MOST_SOURCES)
  readonly #known = new Map<string, Known>()

  /** @throws {CacheError} `E_OPTION` */
  constructor(options: HandlebarsViewsOptions) {
    const production = process.env['NODE_ENV'] === 'production'
    const { caches, handlebars, helperVersions, watch = !production, ...rest } = options
    const engine = handlebars as Handlebars
    if (typeof engine?.registerHelper !== 'function')
      throw optionError('handlebars', 'a Handlebars', handlebars)
    this.fragments = createFragments(caches, rest)
    this.fragments.addHoles({ find: (name) => this.#findHole(name) }, { watch })
    this.#handlebars = engine
    this.#code = new HelperCode(helperVersions)
    this.#digests = new Digests({
      read: async (name) => this.#of(name)?.facts,
      list: () => Object.keys(engine.partials),
      watch,
    })
    const show = (context: unknown, given: unknown[]): string => this.#fragment(context, given)
    engine.registerHelper('cache', function cache(...given) {
      return show(this, given)
    })
    engine.registerHelper('hole', (...given) => this.#hole(given))
  }

  /** The page that a registered partial makes of `data`. */
  async render(template: string, data: object = {}): Promise<string> {
    this.#readPartials()
    await this.#tellOfTokens(template, data)
    return await this.#render(template, markPersonal(data))
  }

  /** A page that is being made to be kept hears what it would show before it does, and in which line. */
  async #tellOfTokens(template: string, data: object): Promise<void> {
    const making = currentMaking()
    const page = making === undefined ? undefined : this.#of(template)
    if (page === undefined) return
    const included = await this.#digests.included(page.facts)
    const more = included.flatMap(({ name }) => this.#of(name)?.analysis.uses ?? [])
    const found = findTokens([...page.analysis.uses, ...more], NONE, data)
    if (found !== undefined) making?.personal(found)
  }

  #readPartials(): void {
    for (const [name, partial] of Object.entries(this.#handlebars.partials))
      if (typeof partial === 'string') this.#sources.set(name, partial)
  }

  async #render(template: string, data: object): Promise<string> {
    const deferral = new Deferral(this.fragments, template)
    const page: Page = { deferral, template, data }
    return await deferral.fill(() =>
      this.#templateOf(template)(data, { data: { breakwater: page } }),
    )
  }

  #fragment(context: unknown, given: unknown[]): string {
    const options = given.at(-1) as HelperOptions
    const { fn } = options
    const page = pageOf(options, 'cache')
    const [timeout, name, ...vary] = given.slice(0, -1)
    const where = place(page.template, options.loc?.start.line ?? 1)
    if (fn === undefined || typeof name !== 'string')
      throw templateError(where, "helper 'cache' requires a timeout, a name, and a block.")
    const resolved = tagOptions(timeout, options.hash, where)
    // As it is now: a loop gives its data other values, and the fragment may be rendered later.
    const frame = snapshot(options.data ?? {})
    return page.deferral.fragment(async (): Promise<FragmentRequest> => {
      const found = await this.#blocksAt(page.template, name, options.loc)
      const roots = found.length === 0 ? [page.template] : found.map(([root]) => root)
      const digest = await this.#version(roots)
      const varyOn = found.flatMap(([, block]) => variedOn(block.vary))
      return {
        name,
        vary: vary as readonly VaryValue[],
        options: {
          ...resolved,
          varyOn: [...(resolved.varyOn ?? []), ...varyOn],
          version: versionOf(resolved, digest),
        },
        where: place(roots.join(' or '), options.loc?.start.line ?? 1),
        personal: await this.#personalIn(found),
        remedy: REMEDY,
        hole: (asked) => {
          if (!asked.startsWith(HOLE)) return undefined
          return (args, found) => this.#renderHole(asked, args, { ...page.data, ...found })
        },
        variables: page.data,
        body: async () => {
          const deferral = new Deferral(this.fragments, page.template)
          const data = { ...frame, breakwater: { ...page, deferral } satisfies Page }
          return await deferral.fill(() => fn(context, { data }))
        },
      }
    })
  }

  #hole(given: unknown[]): string {
    const options = given.at(-1) as HelperOptions
    const page = pageOf(options, 'hole')
    const args = { ...options.hash }
    const hole = { name: `${HOLE}${String(given[0])}`, args }
    return page.deferral.hole({
      hole,
      render: (found) => this.#renderHole(hole.name, args, { ...page.data, ...found }),
      variables: page.data,
    })
  }

  async #findHole(name: string): Promise<FoundHole | undefined> {
    if (!name.startsWith(HOLE)) return undefined
    this.#readPartials()
    const facts = this.#of(name.slice(HOLE.length))?.facts
    if (facts === undefined) return undefined
    const texts = [facts, ...(await this.#digests.included(facts))].map(({ text }) => text)
    return {
      version: await this.#digests.of(facts),
      needs: (given, page) => wordNeeded(texts, given, page),
      render: (args, context) => this.#renderHole(name, args, context),
    }
  }

  async #renderHole(name: string, args: unknown, data: object): Promise<string> {
    return await this.#render(name.slice(HOLE.length), { ...data, ...(args as object) })
  }

  /** A block does not know its template: it is one of those that the page is made of, at this very place. */
  async #blocksAt(
    template: string,
    name: string,
    loc: HelperOptions['loc'],
  ): Promise<(readonly [root: string, block: Block])[]> {
    const page = this.#of(template)
    if (page === undefined || loc === undefined) return []
    const all = [page.facts, ...(await this.#digests.included(page.facts))]
    return all.flatMap((facts) => {
      const block = this.#of(facts.name)?.analysis.blocks.get(placeOf(loc))
      return block?.name === name ? [[facts.name, block] as const] : []
    })
  }

  async #version(roots: readonly string[]): Promise<string> {
    const digests = roots.map(async (root) => {
      const facts = this.#of(root)?.facts
      return facts === undefined ? root : await this.#digests.of(facts)
    })
    return (await Promise.all(digests)).join('.')
  }

  async #personalIn(
    found: readonly (readonly [root: string, block: Block])[],
  ): Promise<string | undefined> {
    for (const [root, block] of found) {
      const { facts } = this.#of(root) as Known
      const included = await this.#digests.included(facts, block.includes)
      const more = included.flatMap(({ name }) => this.#of(name)?.analysis.uses ?? [])
      const personal = findPersonal([...block.uses, ...more], NONE, block.vary)
      if (personal !== undefined) return personal
    }
    return undefined
  }

  #of(name: string): Known | undefined {
    const { helpers } = this.#handlebars
    const source = this.#sources.get(name)
    // One that was compiled beforehand cannot be read.
    if (source === undefined) return undefined
    const known = this.#known.get(name)
    if (known?.facts.text === source) return known
    const analysis = analyse(this.#handlebars.parse(source), name)
    const code = new Map<string, string>()
    for (const call of analysis.calls) {
      const helper = Object.hasOwn(helpers, call) ? helpers[call] : undefined
      if (typeof helper === 'function') code.set(call, this.#code.of(call, helper))
    }
    const { computed, includes } = analysis
    const made = { facts: { name, text: source, includes, computed, helpers: code }, analysis }
    this.#known.set(name, made)
    return made
  }

  #templateOf(name: string): ReturnType<Handlebars['compile']> {
    const { partials } = this.#handlebars
    const source = this.#sources.get(name)
    const compiled = Object.hasOwn(partials, name) ? partials[name] : undefined
    if (source === undefined && typeof compiled === 'function')
      return compiled as ReturnType<Handlebars['compile']>
    if (source === undefined)
      throw templateError(name, 'there is no partial of this name: register it first.')
    const known = this.#compiled.get(source)
    if (known !== undefined) return known
    const template = this.#handlebars.compile(source)
    this.#compiled.set(source, template, source.length)
    return template
  }
}

/**
 * Pages of Handlebars 4 with fragments.
 *
 * @throws {CacheError} `E_OPTION`
 */
export function handlebarsViews(options: HandlebarsViewsOptions): HandlebarsViews {
  return new HandlebarsViews(options)
}

function pageOf({ data }: HelperOptions, helper: string): Page {
  const page = data?.['breakwater'] as Page | undefined
  if (page !== undefined) return page
  throw templateError(
    'a template of Handlebars',
    `helper '${helper}' waits for a cache: render the page by render() of handlebarsViews.`,
  )
}

/** `@index` and the like, up to the outermost loop. */
function snapshot(data: object): object {
  const { _parent: parent, ...own } = data as { readonly _parent?: object }
  return parent === undefined ? own : { ...own, _parent: snapshot(parent) }
}
