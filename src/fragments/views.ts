import { show } from '../base/errors.ts'
import { currentMaking } from '../cache/making.ts'
import { Deferral } from './deferral.ts'
import { Digests, type TemplateFacts } from './digest.ts'
import type { FragmentCaches } from './fragment-cache.ts'
import { type FoundHole, wordNeeded } from './hole-source.ts'
import type { FragmentRequest } from './fragment-request.ts'
import { createFragments, type Fragments } from './fragments.ts'
import { HelperCode, type HelperVersions } from './helper-code.ts'
import type { VaryValue } from './key.ts'
import type { FragmentsOptions } from './options.ts'
import { findPersonalGiven, findTokens, isSecret, markPersonal } from './personal-names.ts'
import { Recent } from './recent.ts'
import { tagOptions, templateError, versionOf } from './tag-words.ts'
import { ViewNames } from './view-names.ts'

/** An engine whose templates are code: a fragment is a template of its own there. */
export interface ViewEngine {
  /** Renders a template to its end. */
  readonly render: (template: string, data: object) => Promise<string> | string
  /** @returns `undefined` when there is no such template. @param from the template that names it */
  readonly read: (name: string, from?: TemplateFacts) => Promise<TemplateFacts | undefined>
  readonly list: () => Promise<readonly string[]> | readonly string[]
  /** A name of the list as `read` understands it from anywhere. */
  readonly fromRoot?: (name: string) => string
  /** What every template can name besides what it is given. */
  readonly globals?: () => object
}

/** What a template says of a fragment. */
interface ViewFragmentOptions {
  /** In seconds, or with its unit: `'15m'`. Null is for ever. Default: the alias's `ttl`. */
  readonly ttl?: unknown
  /** The template. Default: the fragment's name. */
  readonly template?: string
  /** What the template is given besides the data of the page. Whatever of it the markup depends on belongs into `vary`. */
  readonly locals?: object
  readonly tags?: unknown
  readonly using?: unknown
  readonly cacheIf?: unknown
  readonly stale?: unknown
  readonly varyOn?: unknown
  /** What the markup depends on besides, such as `'2'`. Default: nothing. */
  readonly version?: unknown
}

export interface ViewsOptions extends FragmentsOptions {
  /** Those of `createCaches()`, or one cache. */
  readonly caches: FragmentCaches
  /** Templates may change while the process runs. Default: true unless NODE_ENV is `production`. */
  readonly watch?: boolean
  /**
   * By name of a helper, what it counts by in digests besides its source, such as `{ money: '2' }`: for those whose source says
   * nothing, or not enough. Default none.
   */
  readonly helperVersions?: HelperVersions
}

/** Options of engines whose templates are code. */
export interface CodeViewsOptions extends ViewsOptions {
  /** Functions, or objects of them, that every template may call. Default none. */
  readonly helpers?: object
}

const HOLE = 'view:'
const REMEDY =
  "render it by hole(template), or vary on it and say so (varyOn: ['user']), or leave it outside."

/** Pages of an engine whose templates may call `fragment(name, vary, options)` and `hole(template, args)`. */
export class Views {
  /** For dropping fragments by hand, and for fragments outside of templates. */
  readonly fragments: Fragments
  readonly #engine: ViewEngine
  readonly #helpers: object
  readonly #digests: Digests
  readonly #names: ViewNames
  readonly #watch: boolean
  /** Names may be computed, and endless. */
  readonly #found = new Recent<Promise<TemplateFacts | undefined>>({ entries: 10_000 })

  /** @internal */
  constructor(open: (code: HelperCode) => ViewEngine, options: CodeViewsOptions) {
    const production = process.env['NODE_ENV'] === 'production'
    const { caches, helpers = {}, helperVersions, watch = !production, ...rest } = options
    const code = new HelperCode(helperVersions)
    const engine = open(code)
    this.fragments = createFragments(caches, rest)
    this.fragments.addHoles({ find: (name) => this.#findHole(name) }, { watch })
    this.#engine = engine
    this.#helpers = helpers
    this.#watch = watch
    this.#digests = new Digests({ ...engine, watch })
    this.#names = new ViewNames(this.#digests, code, watch)
  }

  /** The page that a template makes of `data`. */
  async render(template: string, data: object = {}): Promise<string> {
    const given = { ...this.#helpers, ...data }
    await this.#tellOfTokens(template, given)
    return await this.#render(template, markPersonal(given))
  }

  /** A page that is being made to be kept hears what it would show before it does, and in which line. */
  async #tellOfTokens(template: string, given: object): Promise<void> {
    const making = currentMaking()
    const facts = making === undefined ? undefined : await this.#find(template)
    if (facts === undefined) return
    const { bound, uses } = await this.#names.of(facts)
    const found = findTokens(uses, bound, given)
    if (found !== undefined) making?.personal(found)
  }

  async #render(template: string, data: object): Promise<string> {
    const deferral = new Deferral(this.fragments, template)
    // What they return is letters and digits: it does not matter whether the template escapes it.
    const fragment = (name: unknown, ...given: unknown[]): string => {
      const [vary, options] = Array.isArray(given[0]) ? given : [[], given[0]]
      return deferral.fragment(() => this.#request(template, data, String(name), vary, options))
    }
    const hole = (name: unknown, args: unknown = null): string => {
      const asked = { name: `${HOLE}${String(name)}`, args }
      return deferral.hole({
        hole: asked,
        render: (context) => this.#renderHole(asked.name, args, { ...data, ...context }),
        variables: data,
      })
    }
    const given = { ...data, fragment, hole }
    return await deferral.fill(() => this.#engine.render(template, given))
  }

  async #request(
    from: string,
    data: object,
    name: string,
    vary: unknown,
    says: unknown,
  ): Promise<FragmentRequest> {
    const { locals = {}, template = name, ttl, ...words } = (says ?? {}) as ViewFragmentOptions
    if (typeof template !== 'string' || typeof locals !== 'object')
      throw templateError(
        from,
        `fragment('${name}') expected a template and locals, got ${show(says)}.`,
      )
    const { ttl: resolved, ...options } = tagOptions(ttl ?? null, { ...words }, from)
    const facts = await this.#find(template, await this.#find(from))
    if (facts === undefined)
      throw templateError(from, `fragment('${name}') has no template '${template}'.`)
    const given = { data, locals: markPersonal(locals, isSecret) }
    const scope = { ...this.#engine.globals?.(), ...data, ...given.locals }
    const names = await this.#names.of(facts)
    return {
      name,
      vary: vary as readonly VaryValue[],
      options: {
        ...options,
        ...(ttl === undefined ? {} : { ttl: resolved }),
        version: versionOf(options, this.#names.version(names, scope)),
      },
      where: facts.name,
      place: () => this.#names.callsIn(names, scope),
      personal: findPersonalGiven(names.uses, names.bound, given, options.varyOn ?? []),
      remedy: REMEDY,
      hole: (asked) => {
        if (!asked.startsWith(HOLE)) return undefined
        return (args, context) => this.#renderHole(asked, args, { ...data, ...context })
      },
      variables: data,
      body: () => this.#render(facts.name, { ...data, ...given.locals }),
    }
  }

  async #find(name: string, from?: TemplateFacts): Promise<TemplateFacts | undefined> {
    const key = JSON.stringify([name, from?.name])
    const known = this.#found.get(key)
    if (known !== undefined && !this.#watch) return await known
    const found = this.#engine.read(name, from)
    this.#found.set(key, found)
    found.catch(() => this.#found.delete(key))
    return await found
  }

  async #findHole(name: string): Promise<FoundHole | undefined> {
    if (!name.startsWith(HOLE)) return undefined
    const facts = await this.#find(name.slice(HOLE.length))
    if (facts === undefined) return undefined
    const all = [facts, ...(await this.#digests.included(facts))]
    const names = await this.#names.of(facts)
    const used = new Set(names.uses.map(({ path }) => path[0] as string))
    const helpers = this.#helpers
    return {
      version: this.#names.version(names, { ...this.#engine.globals?.(), ...helpers }),
      needs: (given, page) => {
        const own = new Set([...given, ...Object.keys(helpers)])
        if (all.some(({ unreadable }) => unreadable === true))
          return wordNeeded(
            all.map(({ text }) => text),
            own,
            page,
          )
        return [...(page ?? [])].find((each) => used.has(each) && !own.has(each))
      },
      render: (args, context) => this.#renderHole(name, args, { ...helpers, ...context }),
    }
  }

  async #renderHole(name: string, args: unknown, data: object): Promise<string> {
    const given = typeof args === 'object' && args !== null ? args : {}
    return await this.#render(name.slice(HOLE.length), { ...data, ...given })
  }
}
