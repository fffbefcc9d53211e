import type { NunjucksNode, NunjucksTemplate } from './nunjucks-types.ts'

/** The body of a tag, compiled as a template of its own: it can be rendered again when the page around it is long gone. */
export interface Body {
  readonly id: number
  readonly tag: 'cache' | 'nocache'
  readonly source: string
  readonly line: number
  /** Where it stands in its source. */
  readonly at: string
  /** Among those of the same tag in its source. */
  readonly index: number
  readonly tree: NunjucksNode
  template: NunjucksTemplate | undefined
}

/** The bodies of all tags that were parsed. Compiled code knows them by number. */
export class Bodies {
  readonly #all = new Map<number, Body>()
  readonly #bySource = new Map<string, Map<string, Body>>()

  get(id: number): Body | undefined {
    return this.#all.get(id)
  }

  /** The same template may be compiled again and again: its bodies are the same. */
  at(source: string, tag: Body['tag'], line: number, at: string, tree: NunjucksNode): Body {
    const known = this.#bySource.get(source) ?? new Map<string, Body>()
    this.#bySource.set(source, known)
    const same = known.get(at)
    if (same !== undefined) return same
    const index = [...known.values()].filter((body) => body.tag === tag).length
    const id = this.#all.size
    const body = { id, tag, source, line: line + 1, at, index, tree, template: undefined }
    known.set(at, body)
    this.#all.set(id, body)
    return body
  }

  hole(source: string, index: number): Body | undefined {
    for (const body of this.#bySource.get(source)?.values() ?? []) {
      if (body.tag === 'nocache' && body.index === index) return body
    }
    return undefined
  }
}
