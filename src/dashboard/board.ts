import { CacheError } from '../base/errors.ts'
import type { Measures } from '../base/measures.ts'
import type { Cache } from '../cache/cache.ts'
import { AdviceGlance } from './advice-glance.ts'
import { Audit } from './audit.ts'
import { FleetGlance } from './fleet-glance.ts'
import { Live } from './live.ts'
import type { DashboardSettings } from './options.ts'
import { Recorder } from './recorder.ts'
import { Searches } from './searches.ts'
import { INTERVAL_MS, Series } from './series.ts'

/** All that the pages show, gathered in one place by one timer, whoever looks. */
export class Board {
  readonly settings: DashboardSettings
  readonly series: Series = new Series()
  readonly recorder: Recorder
  readonly audit: Audit
  readonly searches: Searches
  readonly fleet: FleetGlance | undefined
  readonly advice: AdviceGlance | undefined
  readonly live: Live
  #measures: readonly Measures[] = []
  #cancel: () => void = () => {}
  #closed = false

  constructor(settings: DashboardSettings) {
    const { advice, clock, fleet, maxViewers, onAudit } = settings
    this.settings = settings
    this.recorder = new Recorder(clock)
    this.audit = new Audit(clock, onAudit)
    this.searches = new Searches(clock)
    this.live = new Live(clock, maxViewers)
    this.fleet = fleet === undefined ? undefined : new FleetGlance(fleet, clock)
    this.advice =
      advice === undefined ? undefined : new AdviceGlance(() => advice.findings(), clock)
    this.#tick()
  }

  get now(): number {
    return this.settings.clock.now()
  }

  get aliases(): readonly string[] {
    return this.settings.caches.toJSON().aliases
  }

  /** Of this process, as they were at the last tick. */
  get measures(): readonly Measures[] {
    return this.#measures
  }

  /** Opens it if it is not in use yet. @throws {CacheError} `E_ALIAS` */
  cache(alias: string): Cache {
    const { caches } = this.settings
    if (!this.aliases.includes(alias))
      throw new CacheError(
        'E_ALIAS',
        `There is no cache of that name here. Known: ${this.aliases.join(', ')}.`,
      )
    return (caches as unknown as Readonly<Record<string, Cache>>)[alias] as Cache
  }

  close(): void {
    this.#closed = true
    this.#cancel()
    this.live.close()
    this.searches.close()
    this.recorder.close()
  }

  #tick(): void {
    if (this.#closed) return
    try {
      this.#look()
    } catch {
      // Whoever is looked at must not be brought down by it; what was seen last stays.
    }
    void this.live.tick()
    this.#cancel = this.settings.clock.after(INTERVAL_MS, () => this.#tick())
  }

  /** Reads the measures, which asks no store. */
  #look(): void {
    const caches = this.settings.caches.opened()
    this.recorder.follow(caches)
    this.#measures = caches.map((cache) => cache.measures())
    const sources = this.#measures.map((measures) => ({ process: '', measures }))
    this.series.add(this.now, sources, this.#queries())
  }

  #queries(): number | undefined {
    try {
      const queries: unknown = this.settings.databaseQueries?.()
      return typeof queries === 'number' ? queries : undefined
    } catch {
      return undefined
    }
  }
}
