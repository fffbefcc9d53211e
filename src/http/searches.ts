import type { PageTarget } from './key.ts'
import { isWithin, narrowed, type SearchRule, strictest } from './rules/no-vary-search.ts'

/** Paths beyond this are forgotten, the longest known first; their pages are then found by their whole query again. */
const MOST_PATHS = 10_000
/** After this a path learns anew, so that a rule which has become wider is heard. */
const LEARNED_MS = 600_000

/**
 * What this process has learned of the queries of each path, from its pages alone (No-Vary-Search). It says under which key to
 * look, never what may be served: that a page answers another query than its own, only its own word can say.
 *
 * While a rule is remembered it only gets stricter: by pages that say less than it, and by those that say nothing.
 */
export class Searches {
  readonly #byPath = new Map<string, { rule: SearchRule | undefined; readonly until: number }>()

  /** The target with the part of its query that matters, where that is known to be less than the whole. */
  narrow(target: PageTarget, now: number): PageTarget {
    const rule = this.#known(pathOf(target), now)?.rule
    if (rule === undefined) return target
    // Its key is another one now.
    const search = { rule, narrowed: narrowed(target.query, rule) }
    return { ...target, search, known: undefined }
  }

  /** Nothing has been learned of any path. */
  get isEmpty(): boolean {
    return this.#byPath.size === 0
  }

  /**
   * Hears what a page for this target says.
   *
   * @returns whether it may be kept under the target's key: not if it says less than the rule that the key was made by
   */
  hear(target: PageTarget, said: SearchRule | undefined, now: number): boolean {
    const path = pathOf(target)
    const known = this.#known(path, now)
    if (known === undefined) {
      if (said !== undefined) this.#learn(path, said, now)
    } else if (known.rule !== undefined) {
      known.rule = said === undefined ? undefined : strictest(known.rule, said)
    }
    const { search } = target
    return search === undefined || (said !== undefined && isWithin(search.rule, said))
  }

  #known(path: string, now: number): { rule: SearchRule | undefined } | undefined {
    const known = this.#byPath.get(path)
    if (known === undefined || known.until > now) return known
    this.#byPath.delete(path)
    return undefined
  }

  #learn(path: string, rule: SearchRule, now: number): void {
    if (this.#byPath.size >= MOST_PATHS) {
      const [oldest] = this.#byPath.keys()
      this.#byPath.delete(oldest as string)
    }
    this.#byPath.set(path, { rule, until: now + LEARNED_MS })
  }
}

function pathOf({ authority, path, scheme }: PageTarget): string {
  return JSON.stringify([scheme, authority, path])
}
