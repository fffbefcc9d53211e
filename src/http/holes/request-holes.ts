import { type HolePlaces, HoleScope, type PageHoles, type PlacedHole } from '../../cache/hole.ts'
import type { HoleAt } from '../record.ts'
import type { Reason } from '../reasons.ts'
import type { Marks } from './marks.ts'

/** What became of the holes of a stored page. */
export type Filled =
  | { readonly texts: readonly string[] }
  | { readonly why: Reason; readonly error?: unknown }

/** The holes of pages, as one request sees them. What it knows of the request is found out once, when a hole first asks. */
export class RequestHoles<Incoming> {
  readonly #sources: readonly PageHoles<Incoming>[]
  readonly #incoming: Incoming
  readonly #contexts = new Map<PageHoles<Incoming>, Promise<object>>()
  /** Of the page that is being made for others; `undefined` while none is. */
  marks: Marks | undefined

  constructor(sources: readonly PageHoles<Incoming>[], incoming: Incoming) {
    this.#sources = sources
    this.#incoming = incoming
  }

  /** For the view. */
  places(owner: object): HolePlaces | undefined {
    const source = this.#sources.find((each) => each.owner === owner)
    if (source === undefined) return undefined
    return {
      context: () => this.#contextOf(source),
      render: async (act) => await new HoleScope().run(async () => await act()),
      put: (hole, text) => this.marks?.put(hole, text),
    }
  }

  /** All holes of a page that is stored, or none. Never rejects. */
  async texts(places: readonly HoleAt[]): Promise<Filled> {
    try {
      const renderers = await Promise.all(places.map((place) => this.#find(place)))
      const found = renderers.filter((render) => render !== undefined)
      if (found.length < places.length) return { why: 'hole unknown' }
      const scope = new HoleScope()
      const texts = await Promise.all(found.map((render) => scope.run(render)))
      return { texts }
    } catch (error) {
      return { why: 'hole failed', error }
    }
  }

  async #find(hole: PlacedHole): Promise<(() => Promise<string>) | undefined> {
    for (const source of this.#sources) {
      const render = await source.find(hole, await this.#contextOf(source))
      if (render !== undefined) return render
    }
    return undefined
  }

  async #contextOf(source: PageHoles<Incoming>): Promise<object> {
    const known = this.#contexts.get(source)
    if (known !== undefined) return await known
    const asked = new HoleScope().run(async () => await source.context(this.#incoming))
    this.#contexts.set(source, asked)
    return await asked
  }
}
