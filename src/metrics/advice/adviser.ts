import type { Advice } from '../../base/advice.ts'
import { type Clock, systemClock } from '../../base/clock.ts'
import { isOutage } from '../../base/errors.ts'
import type { CacheEventName, Listener } from '../../base/events.ts'
import type { Measured } from '../../base/measures.ts'
import { refuseUnknown } from '../../base/suggest.ts'
import { byGravity, type Finding, linkOf } from './finding.ts'
import { LIMITS, type Limits } from './limits.ts'
import { RULES } from './rules.ts'
import { Watch } from './watch.ts'

/** What the adviser needs of a cache: any alias of `createCaches`. */
export interface Advisable extends Measured {
  /** As of a cache: calls `listener` for each event until what it returns is called. */
  on<Name extends CacheEventName>(name: Name, listener: Listener<Name>): () => void
  /** As of a cache. */
  stats(): Promise<{ readonly maxBytes: number | undefined }>
  /** As of a cache. */
  examine(): Promise<readonly Advice[]>
}

/** From which numbers on something is worth saying. */
export interface AdviserOptions {
  /** From where on the rules speak. Default: {@link LIMITS}; what is given replaces single ones. */
  readonly limits?: Partial<Limits>
  /** Default: the system's. */
  readonly clock?: Clock
}

/**
 * Watches caches and says what is better not cached, or cached otherwise, with what was measured. It listens to events from now
 * on: a minute under traffic says little, an hour much. Memory is bounded: about a megabyte for each cache.
 *
 * @throws {CacheError} `E_OPTION` for an unknown option
 */
export function adviser(caches: Iterable<Advisable>, options: AdviserOptions = {}): Adviser {
  refuseUnknown('adviser()', options, ['limits', 'clock'])
  refuseUnknown('limits', options.limits ?? {}, Object.keys(LIMITS))
  return new Adviser([...caches], { ...LIMITS, ...options.limits }, options.clock ?? systemClock)
}

/** Made by {@link adviser}. */
export class Adviser implements Disposable {
  readonly #watches: readonly Watch[]
  readonly #limits: Limits

  constructor(caches: readonly Advisable[], limits: Limits, clock: Clock) {
    this.#watches = caches.map((cache) => new Watch(cache, clock))
    this.#limits = limits
  }

  /** All that is to be said now, the gravest first. A store that is away has its settings left out. */
  async findings(): Promise<Finding[]> {
    const found = await Promise.all(this.#watches.map(async (watch) => await this.#of(watch)))
    return found.flat().toSorted(byGravity)
  }

  /** Hit rates that so many bytes of memory would give an alias, from the distances of reuse. Empty before the first reads. */
  hitRates(alias: string, bytes: readonly number[]): { bytes: number; hitRate: number }[] {
    const watch = this.#watches.find((each) => each.alias === alias)
    return bytes.flatMap((each) => {
      const hitRate = watch?.hitRateAt(each)
      return hitRate === undefined ? [] : [{ bytes: each, hitRate }]
    })
  }

  /** Stops listening. What was seen stays. */
  close(): void {
    for (const watch of this.#watches) watch.close()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  async #of(watch: Watch): Promise<Finding[]> {
    const evidence = await watch.evidence()
    const server = (await settings(watch)).map((advice) => fromServer(watch.alias, advice))
    return [...server, ...RULES.flatMap((rule) => rule(evidence, this.#limits))]
  }
}

async function settings(watch: Watch): Promise<readonly Advice[]> {
  try {
    return await watch.examine()
  } catch (error) {
    if (isOutage(error)) return []
    throw error
  }
}

function fromServer(alias: string, { code, severity, message, remedy }: Advice): Finding {
  const [title = message] = message.split(/(?<=\.) /)
  return {
    code,
    severity,
    alias,
    title,
    evidence: message,
    remedy,
    link: linkOf('server-settings'),
  }
}
