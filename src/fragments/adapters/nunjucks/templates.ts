import type { TemplateFacts } from '../../digest.ts'
import type { HelperCode } from '../../helper-code.ts'
import { MOST_SOURCES, Recent } from '../../recent.ts'
import { filesIn } from '../../source-files.ts'
import { analyse, type Analysis } from './analysis.ts'
import type { NunjucksEnvironment, NunjucksModule, NunjucksTemplate } from './nunjucks-types.ts'

export interface KnownTemplate {
  readonly facts: TemplateFacts
  readonly analysis: Analysis
}

/** The templates of an environment: their names, sources and trees. A tag knows no more than the source that it stands in. */
export class Templates {
  readonly #env: NunjucksEnvironment
  readonly #nunjucks: NunjucksModule
  readonly #code: HelperCode
  readonly #readOnly: (act: () => void) => void
  readonly #names = new Recent<{ readonly name: string; readonly path: string | undefined }>(
    MOST_SOURCES,
  )
  readonly #read = new Recent<KnownTemplate>(MOST_SOURCES)

  /** @param readOnly runs `act`, in which our tags become nodes that can be read */
  constructor(
    env: NunjucksEnvironment,
    nunjucks: NunjucksModule,
    code: HelperCode,
    readOnly: (act: () => void) => void,
  ) {
    this.#env = env
    this.#nunjucks = nunjucks
    this.#code = code
    this.#readOnly = readOnly
    this.#watchNames()
  }

  nameOf(source: string): string | undefined {
    return this.#names.get(source)?.name
  }

  pathOf(source: string): string | undefined {
    return this.#names.get(source)?.path
  }

  /** @returns `undefined` when there is no such template */
  async load(name: string, parent?: string): Promise<NunjucksTemplate | undefined> {
    const { getTemplate } = this.#env
    return await new Promise((resolve, reject) => {
      getTemplate.call(this.#env, name, false, parent ?? null, true, (error, template) => {
        if (error !== null && error !== undefined) reject(error)
        // One that is missing and may be has no path.
        else resolve(template?.path === '' ? undefined : template)
      })
    })
  }

  /** What is known of a source by reading it. */
  of(source: string): KnownTemplate {
    const known = this.#read.get(source)
    if (known !== undefined) return known
    const name = this.nameOf(source)
    let analysis = NOTHING
    this.#readOnly(() => {
      const { extensionsList, opts } = this.#env
      const tree = this.#nunjucks.parser.parse(source, extensionsList, opts)
      analysis = analyse(tree, name)
    })
    const { computed, includes } = analysis
    const facts: TemplateFacts = {
      name: this.pathOf(source) ?? name ?? source,
      text: source,
      includes,
      computed,
      helpers: this.#codeOf(analysis.calls),
    }
    const made = { facts, analysis }
    this.#read.set(source, made, source.length)
    return made
  }

  /** @param from the template that includes it */
  async read(name: string, from: TemplateFacts): Promise<TemplateFacts | undefined> {
    const template = await this.load(name, this.pathOf(from.text))
    return template === undefined ? undefined : this.of(this.sourceOf(template)).facts
  }

  /** As our tags see it: after all preprocessors. Empty for one that was compiled beforehand. */
  sourceOf(template: NunjucksTemplate | undefined): string {
    return this.#preprocessed(template?.tmplStr ?? '')
  }

  /** The names of all templates, where they are files; `undefined` where a loader has others. */
  list(): readonly string[] | undefined {
    const names: string[] = []
    for (const { searchPaths } of this.#env.loaders) {
      if (searchPaths === undefined) return undefined
      for (const folder of searchPaths) names.push(...filesIn(folder))
    }
    return names
  }

  #preprocessed(source: string): string {
    let text = source
    for (const extension of this.#env.extensionsList as readonly {
      preprocess?: (text: string) => string
    }[]) {
      if (extension.preprocess !== undefined) text = extension.preprocess(text)
    }
    if (text !== source) {
      const known = this.#names.get(source)
      if (known !== undefined) this.#names.set(text, known, text.length)
    }
    return text
  }

  #codeOf(calls: ReadonlySet<string>): ReadonlyMap<string, string> {
    const { filters, globals, tests } = this.#env
    const { autoescape, lstripBlocks, tags, throwOnUndefined, trimBlocks } = this.#env
      .opts as Record<string, unknown>
    const options = { autoescape, lstripBlocks, tags, throwOnUndefined, trimBlocks }
    const code = new Map([['options', this.#code.ofOptions(options)]])
    for (const name of calls) {
      for (const [kind, named] of Object.entries({ filters, globals, tests })) {
        // Filters that are asynchronous are registered by name, and lie among the others.
        const helper: unknown = Object.hasOwn(named, name) ? named[name] : undefined
        if (typeof helper === 'function') code.set(`${kind}.${name}`, this.#code.of(name, helper))
      }
    }
    return code
  }

  /** Compiled code knows its file and not the name by which others include it. */
  #watchNames(): void {
    const env = this.#env
    const getTemplate = env.getTemplate as (...given: unknown[]) => unknown
    const note = (name: unknown, parent: unknown, template: unknown): void => {
      const { path, tmplStr } = (template ?? {}) as Partial<NunjucksTemplate>
      if (tmplStr === undefined || typeof name !== 'string') return
      const isRelative = /^\.\.?\//.test(name) && typeof parent === 'string'
      // A path is a name, too, for loaders that know relative ones.
      const known = { name: isRelative ? (path ?? name) : name, path }
      this.#names.set(tmplStr, known, tmplStr.length)
      this.#preprocessed(tmplStr)
    }
    Object.defineProperty(env, 'getTemplate', {
      configurable: true,
      writable: true,
      value: (...given: unknown[]): unknown => {
        const [name, , parent] = given
        const at = given.findIndex((each) => typeof each === 'function')
        if (at !== -1) {
          const found = given[at] as (error: unknown, template?: unknown) => void
          given[at] = (error: unknown, template?: unknown): void => {
            note(name, parent, template)
            found(error, template)
          }
        }
        const template = getTemplate.apply(env, given)
        if (at === -1) note(name, parent, template)
        return template
      },
    })
  }
}

const NOTHING: Analysis = {
  includes: [],
  layouts: [],
  computed: false,
  calls: new Set(),
  uses: [],
  bound: new Set(),
  fragments: new Map(),
}
