import { type Most, Recent } from '../../recent.ts'
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

/** The bodies of the tags that were parsed, of the sources that were used last. Compiled code knows them by number. */
export class Bodies {
  readonly #all = new Map<number, Body>()
  readonly #bySource: Recent<Map<string, Body>>
  #last = 0

  constructor(most: Most) {
    this.#bySource = new Recent(most, (bodies) => {
      for (const { id } of bodies.values()) this.#all.delete(id)
    })
  }

  get(id: number): Body | undefined {
    const body = this.#all.get(id)
    // It is used, and so is its source.
    if (body !== undefined) this.#bySource.get(body.source)
    return body
  }

  /** One that stands in a source, whatever its number is by now. */
  find(source: string, at: string): Body | undefined {
    return this.#bySource.get(source)?.get(at)
  }

  /** The same template may be compiled again and again: its bodies are the same. */
  at(source: string, tag: Body['tag'], line: number, at: string, tree: NunjucksNode): Body {
    const known = this.#bySource.get(source) ?? new Map<string, Body>()
    this.#bySource.set(source, known, source.length)
    const same = known.get(at)
    if (same !== undefined) return same
    const index = [...known.values()].filter((body) => body.tag === tag).length
    const id = ++this.#last
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
