import type { Clock } from '../base/clock.ts'
import type { PageEventName } from './page-events.ts'
import type { Reason } from './reasons.ts'

/** Routes beyond this are forgotten, those that were first seen first; the totals go on. */
const MOST_ROUTES = 200
/** Refusals of a route beyond this are counted without their own name: `status 418` and the like are many. */
const MOST_REASONS = 50
/** What is remembered of a path or a route, in characters. */
const LONGEST_PATH = 200
/** How many verdicts are remembered of each route. */
const MOST_VERDICTS = 10

/** Something else than a hit, as it was decided. */
export interface PageVerdict {
  /** Milliseconds since the Unix epoch. */
  readonly at: number
  /** What was done. */
  readonly what: PageEventName
  /** Of the request. */
  readonly method: string
  /** Without the query. */
  readonly path: string
  /** Why, where something was not done. */
  readonly reason?: Reason
}

/** How often each thing happened since the process began. */
export interface PageCounts {
  /** How often each has happened. */
  readonly events: Readonly<Partial<Record<PageEventName, number>>>
  /** Of `refuse`, `pass` and `bypass`, by reason; `'other'` for those beyond the first 50. */
  readonly reasons: Readonly<Record<string, number>>
}

/** What a page cache has done, in total and by route. */
export interface PageStats extends PageCounts {
  /** By route, or by path where no route is known: the first 200, and no more than that at a time. */
  readonly routes: Readonly<Record<string, PageCounts>>
}

class Tally {
  readonly events: Partial<Record<PageEventName, number>> = {}
  readonly reasons = new Map<string, number>()
  readonly verdicts: PageVerdict[] = []

  count(what: PageEventName, reason: Reason | undefined): void {
    this.events[what] = (this.events[what] ?? 0) + 1
    if (reason === undefined) return
    const known = this.reasons.has(reason) || this.reasons.size < MOST_REASONS
    const name = known ? reason : 'other'
    this.reasons.set(name, (this.reasons.get(name) ?? 0) + 1)
  }

  remember(verdict: PageVerdict): void {
    this.verdicts.push(verdict)
    if (this.verdicts.length > MOST_VERDICTS) this.verdicts.shift()
  }

  counts(): PageCounts {
    return {
      events: { ...this.events },
      reasons: Object.fromEntries(this.reasons),
    }
  }
}

/** A request, and why it went as it did. */
interface Noted {
  readonly method: string
  readonly path: string
  readonly route: string | undefined
  readonly reason: Reason | undefined
}

/** What this process remembers of its pages: counts, and the last verdicts of each route. Bounded. */
export class Journal {
  readonly #total = new Tally()
  readonly #byRoute = new Map<string, Tally>()

  note(what: PageEventName, { method, path, reason, route }: Noted, clock: Clock): void {
    this.#total.count(what, reason)
    const tally = this.#tally(shortened(route ?? path))
    tally.count(what, reason)
    if (isGood(what)) return
    const why = reason === undefined ? {} : { reason }
    tally.remember({ at: clock.now(), what, method, path: shortened(path), ...why })
  }

  /** A hit, of which there is nothing to remember. @param of its route, or its path */
  hit(of: string): void {
    this.#total.count('hit', undefined)
    this.#tally(shortened(of)).count('hit', undefined)
  }

  /** What is remembered of a route, or of a path whose route is not known. */
  of(
    route: string | undefined,
    path: string,
  ): PageCounts & { readonly verdicts: readonly PageVerdict[] } {
    const tally = this.#byRoute.get(shortened(route ?? path)) ?? new Tally()
    return { ...tally.counts(), verdicts: [...tally.verdicts] }
  }

  stats(): PageStats {
    const routes = [...this.#byRoute].map(([route, tally]) => [route, tally.counts()] as const)
    return { ...this.#total.counts(), routes: Object.fromEntries(routes) }
  }

  #tally(route: string): Tally {
    const known = this.#byRoute.get(route)
    if (known !== undefined) return known
    const made = new Tally()
    this.#byRoute.set(route, made)
    if (this.#byRoute.size > MOST_ROUTES) {
      const [oldest] = this.#byRoute.keys()
      this.#byRoute.delete(oldest as string)
    }
    return made
  }
}

function isGood(what: PageEventName): boolean {
  return what === 'hit' || what === 'stale' || what === 'collapsed'
}

function shortened(path: string): string {
  return path.length > LONGEST_PATH ? path.slice(0, LONGEST_PATH) : path
}
