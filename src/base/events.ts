import { channel, type Channel } from 'node:diagnostics_channel'
import type { Advice } from './advice.ts'

/** What can be listened to with `cache.on(name, listener)` and on the diagnostics channel `breakwater:<name>`. */
export interface CacheEvents {
  /** A read found a fresh value. */
  hit: CacheEvent
  /** A read found nothing that it may give. */
  miss: CacheEvent
  /** A stale value was served. */
  stale: CacheEvent
  /** A loader ran; `durationMs` is how long. */
  load: CacheEvent
  /** A value was stored. */
  store: CacheEvent
  /** A value was deliberately not stored; `reason` says why. */
  refuse: CacheEvent & { readonly reason: string }
  /** Keys, tags, or everything were invalidated. */
  invalidate: CacheEvent & { readonly fields?: readonly string[] }
  /** A value had to go to make room. */
  evict: CacheEvent
  /** Something about the store's settings, or those who share it, will hurt. */
  advice: CacheEvent & { readonly advice: Advice }
  /** Something failed and the application was spared it. */
  error: CacheEvent & { readonly error: unknown; readonly message: string }
}

/** The names of the events of a cache. */
export type CacheEventName = keyof CacheEvents

/** What every event says. */
export interface CacheEvent {
  /** The alias of the cache that it happened in. */
  readonly alias: string
  /** As the caller wrote it, joined; of `evict` the wire key, since any view's may go; absent when no single key is concerned. */
  readonly key?: string
  /** Of `hit` and `stale`: milliseconds since the value was loaded or set. */
  readonly ageMs?: number
  /** Of `store` and `evict`: the size of the value. Of `store` it is measured when it is read, within the listener. */
  readonly bytes?: number | undefined
  /** Of `load`, and of the `store` that follows it: how many milliseconds the load took. */
  readonly durationMs?: number
}

export type Listener<Name extends CacheEventName> = (event: CacheEvents[Name]) => void

/** Every name that can be listened to. */
export const EVENT_NAMES: readonly CacheEventName[] = [
  'hit',
  'miss',
  'stale',
  'load',
  'store',
  'refuse',
  'invalidate',
  'evict',
  'advice',
  'error',
]

const CHANNELS = Object.fromEntries(
  EVENT_NAMES.map((name) => [name, channel(`breakwater:${name}`)]),
) as Record<CacheEventName, Channel>

/**
 * Tells listeners and the diagnostics channels. Building an event costs, so callers ask {@link EventHub.wants} first.
 * A listener that throws is nobody's outage: its error goes to the `error` event, or nowhere.
 */
export class EventHub {
  readonly #listeners = new Map<CacheEventName, Set<(event: never) => void>>()

  wants(name: CacheEventName): boolean {
    return CHANNELS[name].hasSubscribers || this.#listeners.has(name)
  }

  on<Name extends CacheEventName>(name: Name, listener: Listener<Name>): () => void {
    const listeners = this.#listeners.get(name) ?? new Set()
    this.#listeners.set(name, listeners)
    listeners.add(listener)
    return () => {
      listeners.delete(listener)
      if (listeners.size === 0) this.#listeners.delete(name)
    }
  }

  emit<Name extends CacheEventName>(name: Name, event: CacheEvents[Name]): void {
    for (const listener of this.#listeners.get(name) ?? []) {
      try {
        ;(listener as Listener<Name>)(event)
      } catch (error) {
        if (name !== 'error') {
          this.emit('error', {
            alias: event.alias,
            error,
            message: `A listener for '${name}' threw.`,
          })
        }
      }
    }
    if (CHANNELS[name].hasSubscribers) CHANNELS[name].publish(event)
  }
}
