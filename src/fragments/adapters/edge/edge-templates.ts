import { isAbsolute } from 'node:path'
import type { TemplateFacts } from '../../digest.ts'
import type { HelperCode } from '../../helper-code.ts'
import { ViewCode } from '../../view-code.ts'
import type { Edge, EdgeToken } from './edge-types.ts'

/** Which argument of a tag names a template. */
const INCLUDES = { include: 0, includeIf: 1, component: 0, layout: 0 }
/** Between braces, escaped or not; those with `@` before them are text. */
const SHOWN: ReadonlySet<string> = new Set(['mustache', 's__mustache'])
/** Tags whose argument declares. */
const DECLARING: ReadonlySet<string> = new Set(['let', 'set'])

/** The templates of an Edge, found by its loader and read by its lexer. */
export class EdgeTemplates {
  readonly #edge: Edge
  readonly #code: HelperCode

  constructor(edge: Edge, code: HelperCode) {
    this.#edge = edge
    this.#code = code
  }

  /** A name is from the folder that it is mounted in, wherever it stands: `card`, `admin::card`. */
  read(given: string): TemplateFacts | undefined {
    const name = isAbsolute(given) ? this.#nameOf(given) : given.replace(/\.edge$/, '')
    const found = this.#find(name)
    return found === undefined ? undefined : this.#facts(name, found.path, found.text)
  }

  /** As they are included. */
  list(): readonly string[] {
    return this.#edge.loader.listTemplates().flatMap(({ templates }) => templates)
  }

  #facts(name: string, path: string, text: string): TemplateFacts {
    const code = new ViewCode({ data: ['state'], includes: INCLUDES })
    const helpers = new Map<string, string>()
    const merged = new Set<string>()
    const visit = (tokens: readonly EdgeToken[]): void => {
      for (const token of tokens) {
        // The sections of a layout are put among its own in older templates.
        if (token.filename !== path) merged.add(token.filename)
        const { children = [], loc, properties } = token
        const line = loc?.start.line ?? 1
        if (properties !== undefined && SHOWN.has(token.type))
          code.add(properties.jsArg, line, true)
        else if (token.type === 'tag') this.#tag(code, token, helpers)
        visit(children)
      }
    }
    visit(this.#edge.asyncCompiler.tokenizeRaw(text, path))
    const facts = code.facts()
    return { ...facts, includes: [...facts.includes, ...merged], name, text, helpers }
  }

  #tag(code: ViewCode, token: EdgeToken, helpers: Map<string, string>): void {
    const { processor, tags } = this.#edge
    // Plugins make tags of components: `@card()` is `@component('components/card')`.
    processor.executeTag({ tag: token, path: token.filename })
    const { jsArg, name = '' } = token.properties as { jsArg: string; name?: string }
    const compile = Object.hasOwn(tags, name) ? tags[name]?.compile : undefined
    if (typeof compile === 'function') helpers.set(`@${name}`, this.#code.of(`@${name}`, compile))
    const line = token.loc?.start.line ?? 1
    if (name === 'each') {
      const [, names = '', list = ''] = /^(.*?)\s+in\s+([^]*)$/.exec(jsArg) ?? []
      code.bind(names)
      code.add(list, line, true)
    } else if (name === 'slot') {
      // `@slot('footer', user)`: the name of what the component gives it.
      code.bind(jsArg.slice(jsArg.indexOf(',') + 1))
    } else if (DECLARING.has(name)) {
      code.add(`let ${jsArg}`, line)
    } else {
      code.add(Object.hasOwn(INCLUDES, name) ? `${name}(${jsArg})` : jsArg, line, true)
    }
  }

  #find(name: string): { readonly path: string; readonly text: string } | undefined {
    const { loader } = this.#edge
    try {
      const path = loader.makePath(name)
      return { path, text: loader.resolve(path).template }
    } catch {
      // A loader has no other way to say that there is none.
      return undefined
    }
  }

  #nameOf(path: string): string {
    const { mounted } = this.#edge.loader
    for (const [disk, folder] of Object.entries(mounted)) {
      const inside = path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : undefined
      if (inside === undefined) continue
      const name = inside.replace(/\.edge$/, '')
      return disk === 'default' ? name : `${disk}::${name}`
    }
    return path
  }
}
