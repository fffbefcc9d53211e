import { randomInt } from 'node:crypto'
import { type Duration, toMs } from '../base/duration.ts'
import { CacheError } from '../base/errors.ts'
import { refuseUnknown } from '../base/suggest.ts'
import type { DjangoCache } from './django-cache.ts'
import { PyDateTime } from './values/times.ts'

/** A session: its names are Django's and the application's, such as `_auth_user_id`. */
export type SessionData = Record<string, unknown>

/** How long sessions live. */
export interface DjangoSessionOptions {
  /** SESSION_COOKIE_AGE. Default `'14d'`, which is Django's. A session's own `_session_expiry` goes before. */
  readonly ttl?: Duration | undefined
}

/**
 * Where SESSION_ENGINE keeps a session: the key before prefix and version, without a separator.
 *
 * @param backend the last part of SESSION_ENGINE. Default `'cache'`. The cache of `'cached_db'` stands before a table, so
 * write there only what is in the table too ({@link signDjango} with `SESSION_SALT`)
 * @throws {CacheError} `E_KEY` for what cannot be a session key: 8 or more of a-z and 0-9
 */
export function djangoSessionKey(
  sessionKey: string,
  backend: 'cache' | 'cached_db' = 'cache',
): string {
  if (!/^[a-z\d]{8,128}$/.test(sessionKey))
    throw new CacheError('E_KEY', 'Expected a session key of 8 or more letters a-z and digits.')
  return `django.contrib.sessions.${backend}${sessionKey}`
}

/** The sessions of SESSION_ENGINE `django.contrib.sessions.backends.cache`, on the cache of SESSION_CACHE_ALIAS. */
export function djangoSessions(
  cache: DjangoCache,
  options: DjangoSessionOptions = {},
): DjangoSessions {
  refuseUnknown('djangoSessions()', options, ['ttl'])
  return new DjangoSessions(cache, toMs(options.ttl ?? '14d', 'ttl'))
}

const KEY_LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789'
const KEY_LENGTH = 32
/** Two equal keys of 165 random bits are not seen twice; a cache that is away is. */
const MOST_TRIES = 10

/** Made by {@link djangoSessions}. Whoever asks has the session key from Django's cookie, which is not signed: it is a secret. */
export class DjangoSessions {
  readonly #cache: DjangoCache
  readonly #ttlMs: number

  constructor(cache: DjangoCache, ttlMs: number) {
    this.#cache = cache
    this.#ttlMs = ttlMs
  }

  /** @returns `undefined` for none, one that expired, or one that cannot be decoded: begin without a session then, as Django */
  async load(sessionKey: string): Promise<SessionData | undefined> {
    const found = await this.#cache.get(djangoSessionKey(sessionKey))
    return isPlain(found) ? found : undefined
  }

  /**
   * Replaces a session that exists; who logged out meanwhile stays so.
   *
   * @returns whether it did. False: it was deleted or has expired, or Redis is away
   * @throws {CacheError} `E_ENCODE`, `E_TOO_LARGE`
   */
  async save(sessionKey: string, data: SessionData): Promise<boolean> {
    return await this.#cache.replace(djangoSessionKey(sessionKey), data, this.#life(data))
  }

  /**
   * Stores a new session under a new random key, which goes into the cookie.
   *
   * @throws {CacheError} `E_STORE_DOWN` when it cannot be stored, whatever `onOutage` says; `E_ENCODE`, `E_TOO_LARGE`
   */
  async create(data: SessionData): Promise<string> {
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const key = newSessionKey()
      if (await this.#cache.add(djangoSessionKey(key), data, this.#life(data))) return key
    }
    throw new CacheError(
      'E_STORE_DOWN',
      'No session can be stored: the cache is likely unavailable.',
    )
  }

  /**
   * Stores a new session under this key, for who makes it elsewhere.
   *
   * @returns false when it is taken, or Redis is away
   * @throws {CacheError} `E_KEY`, `E_ENCODE`, `E_TOO_LARGE`
   */
  async add(sessionKey: string, data: SessionData): Promise<boolean> {
    return await this.#cache.add(djangoSessionKey(sessionKey), data, this.#life(data))
  }

  /** @returns whether there was one */
  async delete(sessionKey: string): Promise<boolean> {
    return await this.#cache.delete(djangoSessionKey(sessionKey))
  }

  #life(data: SessionData): { readonly ttl: Duration } {
    return { ttl: { milliseconds: expiryMs(data['_session_expiry'], Date.now()) ?? this.#ttlMs } }
  }
}

/** Django's `get_expiry_age`: seconds, or a moment, which it has written as text since 4.1. */
function expiryMs(expiry: unknown, now: number): number | undefined {
  if (typeof expiry === 'number' && expiry !== 0) return Math.max(0, expiry * 1000)
  const moment = expiry instanceof PyDateTime ? expiry.toString() : expiry
  if (typeof moment !== 'string') return undefined
  const at = Date.parse(/[Z+]|-\d\d:\d\d$/.test(moment) ? moment : `${moment}Z`)
  return Number.isNaN(at) ? undefined : Math.max(0, at - now)
}

function newSessionKey(): string {
  let key = ''
  while (key.length < KEY_LENGTH) key += KEY_LETTERS[randomInt(KEY_LETTERS.length)] as string
  return key
}

function isPlain(value: unknown): value is SessionData {
  if (typeof value !== 'object' || value === null) return false
  return Object.getPrototypeOf(value) === Object.prototype
}
