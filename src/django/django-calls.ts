import { toMs } from '../base/duration.ts'
import { CacheError, isCacheError, isOutage } from '../base/errors.ts'
import type { DjangoCacheSettings } from './cache-options.ts'
import type { Duration } from '../base/duration.ts'
import { djangoKey } from './key.ts'
import type { KeyValue } from './python-text.ts'
import type { Command } from './redis-road.ts'

/** What every call can be told. */
export interface DjangoCallOptions {
  /** Default: the cache's. */
  readonly version?: number | string | undefined
  /** Aborting it rejects the call with its reason; whether the server acted is then unknown. Default: none. */
  readonly signal?: AbortSignal | undefined
}

/** What calls that store something can be told. */
export interface DjangoSetOptions extends DjangoCallOptions {
  /** Default: the cache's. `'0s'` stores nothing, and removes what is there. */
  readonly ttl?: Duration | undefined
}

/** What was seen since the cache was made. */
export interface DjangoCacheStats {
  /** Reads that found a value. */
  readonly hits: number
  /** Reads that found none. */
  readonly misses: number
  /** Of the misses: those of values that could not be decoded. */
  readonly undecodable: number
  /** Calls that Redis did not answer, whatever `onOutage` says. */
  readonly outages: number
}

/** What every call of a cache needs: its settings, its counts, and what becomes of an outage. */
export abstract class DjangoCalls {
  protected readonly settings: DjangoCacheSettings
  #hits = 0
  #misses = 0
  #undecodable = 0
  #outages = 0

  constructor(settings: DjangoCacheSettings) {
    this.settings = settings
  }

  /** The whole key in Redis. @throws {CacheError} `E_KEY`, `E_OPTION` */
  key(key: KeyValue, options: Pick<DjangoCallOptions, 'version'> = {}): string {
    const { keyPrefix: prefix, keyFunction } = this.settings
    return djangoKey(key, {
      prefix,
      version: options.version ?? this.settings.version,
      keyFunction,
    })
  }

  /** Hits, misses and refusals so far. */
  stats(): DjangoCacheStats {
    return {
      hits: this.#hits,
      misses: this.#misses,
      undecodable: this.#undecodable,
      outages: this.#outages,
    }
  }

  protected missed(): void {
    this.#misses++
  }

  /** Puts into `found` what can be decoded; what cannot is a miss. */
  protected read<K extends KeyValue>(key: K, bytes: Buffer, found: Map<K, unknown>): void {
    try {
      found.set(key, this.settings.format.decode(bytes))
      this.#hits++
    } catch (error) {
      if (!isCacheError(error, 'E_DECODE')) throw error
      this.#misses++
      this.#undecodable++
      this.settings.onError(
        new CacheError(error.code, error.message, { cause: error, key: String(key) }),
      )
    }
  }

  protected ttlMs({ ttl }: DjangoSetOptions): number {
    return ttl === undefined ? this.settings.ttlMs : toMs(ttl, 'ttl')
  }

  /** Sends a command; while Redis is away under `'bypass'` the answer is `absent`. */
  protected async attempt(
    command: Command,
    options: DjangoCallOptions,
    absent: unknown,
  ): Promise<unknown> {
    try {
      return await this.settings.road.send(command, options.signal)
    } catch (error) {
      if (!isOutage(error)) throw error
      this.#outages++
      if (this.settings.onOutage === 'throw') throw error
      this.settings.onError(error)
      return absent
    }
  }
}
