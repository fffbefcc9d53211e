import { join, relative } from 'node:path'
import type { TemplateFacts } from '../../digest.ts'
import type { HelperCode } from '../../helper-code.ts'
import { SourceFiles } from '../../source-files.ts'
import { ViewCode } from '../../view-code.ts'
import type { Eta } from './eta-types.ts'

/** Of the configuration: where templates are and how long they are kept, which changes nothing that they show. */
const NO_MARKUP: ReadonlySet<string> = new Set([
  'cache',
  'cacheFilepaths',
  'customTags',
  'debug',
  'defaultExtension',
  'views',
])

/** The templates of an Eta, found as it finds them. */
export class EtaTemplates {
  readonly #eta: Eta
  readonly #views: string
  readonly #code: HelperCode
  readonly #async: boolean

  constructor(eta: Eta, views: string, code: HelperCode, async: boolean) {
    this.#eta = eta
    this.#views = views
    this.#code = code
    this.#async = async
  }

  read(name: string, from?: TemplateFacts): TemplateFacts | undefined {
    if (name.startsWith('@')) return this.#loaded(name)
    const beside = from === undefined ? [] : [join(this.#views, from.name)]
    for (const filepath of [...beside, undefined]) {
      const path = this.#attempt(() =>
        this.#eta.resolvePath(name, filepath === undefined ? {} : { filepath }),
      )
      const text = path === undefined ? undefined : this.#attempt(() => this.#eta.readFile(path))
      if (path !== undefined && text !== undefined)
        return this.#facts(relative(this.#views, path), text)
    }
    return undefined
  }

  list(): readonly string[] {
    const { templatesAsync, templatesSync } = this.#eta
    const { cache = {} } = this.#async ? templatesAsync : templatesSync
    const loaded = Object.keys(cache).filter((name) => name.startsWith('@'))
    return [...new SourceFiles(this.#views, '').list(), ...loaded]
  }

  #facts(name: string, text: string): TemplateFacts {
    const { config } = this.#eta
    const { customTags = {}, varName } = config
    const options = Object.entries(config).filter(([option]) => !NO_MARKUP.has(option))
    const helpers = new Map([['options', this.#code.ofOptions(Object.fromEntries(options))]])
    const includes = { include: 0, includeAsync: 0, layout: 0 }
    const code = new ViewCode({ data: [varName], includes })
    code.add(config.functionHeader ?? '', 1)
    // Only with `debug` it says in which line a piece stands.
    const debugging = Object.create(this.#eta, {
      config: { value: { ...config, debug: true } },
    }) as Eta
    let at = 0
    for (const piece of debugging.parse(text)) {
      if (typeof piece === 'string') continue
      const { lineNo = 1, t: tag, val } = piece
      const found = text.indexOf(val, at)
      if (found !== -1) at = found + val.length
      const line = found === -1 ? lineNo : text.slice(0, found).split('\n').length
      if (Object.hasOwn(customTags, tag)) helpers.set(tag, this.#code.of(tag, customTags[tag]))
      else code.add(val, line, tag !== 'e')
    }
    return { ...code.facts(), name, text, helpers }
  }

  /** One that the application has loaded by name: its function has all that was written, and no more can be told of it. */
  #loaded(name: string): TemplateFacts | undefined {
    const { templatesAsync, templatesSync } = this.#eta
    const template = (this.#async ? templatesAsync : templatesSync).get(name)
    if (typeof template !== 'function') return undefined
    const code = new ViewCode({ data: [this.#eta.config.varName], includes: { include: 0 } })
    const text = Function.prototype.toString.call(template)
    code.add(text, 1, true)
    // Its layout is included by a name that is a variable.
    return { ...code.facts(), computed: false, name, text, helpers: new Map() }
  }

  #attempt<T>(act: () => T): T | undefined {
    try {
      return act()
    } catch (error) {
      if (String((error as Partial<Error> | null)?.name).startsWith('EtaFileResolution'))
        return undefined
      throw error
    }
  }
}
