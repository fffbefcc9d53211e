/** URLs beyond this are forgotten, the longest unused first; their variants then end with their ttl. */
const MOST_URLS = 10_000

/**
 * Which variants of each URL this process has made or served, so that a flood of cookies or languages cannot fill the store
 * with one page: of each URL only the `limit` last used are kept.
 */
export class Variants {
  readonly #limit: number
  readonly #byUrl = new Map<string, Set<string>>()

  /** @param limit 1 or more */
  constructor(limit: number) {
    this.#limit = limit
  }

  /** Notes the use of a variant. @returns the key of the one that has to go for it */
  use(url: string, variant: string): string | undefined {
    const variants = this.#byUrl.get(url) ?? new Set()
    // The last used is the last in order.
    this.#byUrl.delete(url)
    this.#byUrl.set(url, variants)
    variants.delete(variant)
    variants.add(variant)
    this.#forgetUrls()
    if (variants.size <= this.#limit) return undefined
    const [oldest] = variants as Iterable<string>
    variants.delete(oldest as string)
    return oldest
  }

  /** How many variants of a URL are noted. */
  of(url: string): number {
    return this.#byUrl.get(url)?.size ?? 0
  }

  #forgetUrls(): void {
    if (this.#byUrl.size <= MOST_URLS) return
    const [oldest] = this.#byUrl.keys()
    this.#byUrl.delete(oldest as string)
  }
}
