// Pages that many ask for are made before somebody asks: after a start, and after a change that dropped them.
import type { Catalogue } from '../catalogue.ts'
import { productPath } from '../pages/format.ts'
import type { JobQueue, Work } from './queue.ts'

/** An address with its host: pages are kept by it. */
export interface Warm {
  readonly url: string
}

/** @param visit the shop's own function from request to response */
export function warmingWork(visit: (url: string) => Promise<Response>): Work<Warm> {
  return {
    name: 'warming',
    // Visitors need the database, too.
    concurrency: 1,
    attempts: 2,
    // A page that could not be made is made for its first visitor.
    keepFailed: false,
    async run({ url }) {
      const response = await visit(url)
      await response.arrayBuffer()
      if (!response.ok) throw new Error(`${url} answered ${response.status}`)
    },
  }
}

export class Warmer {
  readonly #catalogue: Catalogue
  readonly #queue: JobQueue<Warm>

  constructor(catalogue: Catalogue, queue: JobQueue<Warm>) {
    this.#catalogue = catalogue
    this.#queue = queue
  }

  /** The front page and the departments. @param origin as visitors write it, `http://shop.example` */
  async warmEntrance(origin: string): Promise<void> {
    const categories = await this.#catalogue.categories.get()
    const departments = categories.filter(({ parentId }) => parentId === null)
    await this.#warm(origin, ['/', ...departments.map(({ slug }) => `/categories/${slug}`)])
  }

  /** What shows a product whose price has changed. */
  async warmProduct(origin: string, id: number): Promise<void> {
    const [product, categories] = await Promise.all([
      this.#catalogue.product.get(id),
      this.#catalogue.categories.get(),
    ])
    if (!product) return
    const leaf = categories.find((category) => category.id === product.categoryId)
    const above = categories.find((category) => category.id === leaf?.parentId)
    const lists = [leaf, above].flatMap((each) => (each ? [`/categories/${each.slug}`] : []))
    await this.#warm(origin, ['/', productPath(product), ...lists])
  }

  /** Never rejects: a shop without its queue is a shop whose pages are made when somebody asks. */
  async #warm(origin: string, paths: readonly string[]): Promise<void> {
    const urls = paths.map((path) => new URL(path, origin).href)
    await Promise.allSettled(urls.map((url) => this.#queue.add(url, { url })))
  }
}
