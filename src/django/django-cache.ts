import { CacheError, optionError } from '../base/errors.ts'
import { refuseUnknown } from '../base/suggest.ts'
import { type DjangoCacheOptions, resolve } from './cache-options.ts'
import { type DjangoCallOptions, DjangoCalls, type DjangoSetOptions } from './django-calls.ts'
import { shortest } from './pickle/numbers.ts'
import type { KeyValue } from './python-text.ts'
import type { Command } from './redis-road.ts'
import { INCR, TOUCH } from './scripts.ts'

/** As many keys in one command. */
const BATCH = 500

/**
 * The cache of a Django process, from Node: the same keys, the same values, in both directions. It needs Django's settings, and
 * nothing of the Django side.
 *
 * It is a plain cache, as Django's is. What Breakwater promises of its own caches (one load in the fleet, tags, invalidation
 * that overtakes loads) rests on stamps that Django does not write, so none of it holds here: `docs/django.md`.
 *
 * @throws {CacheError} `E_OPTION`, `E_CLIENT_MISSING`, at once
 */
export function djangoCache(options: DjangoCacheOptions): DjangoCache {
  return new DjangoCache(resolve(options))
}

/** Made by {@link djangoCache}. Every call rejects with outages only under `onOutage: 'throw'`. */
export class DjangoCache extends DjangoCalls {
  /** A stored None is null, and a hit. @returns `fallback` (default undefined) when absent, expired or undecodable */
  async get(key: KeyValue, fallback?: unknown, options: DjangoCallOptions = {}): Promise<unknown> {
    const found = await this.getMany([key], options)
    return found.has(key) ? found.get(key) : fallback
  }

  /** One round trip for every 500 keys. @returns those that were found, by the keys given */
  async getMany<K extends KeyValue>(
    keys: Iterable<K>,
    options: DjangoCallOptions = {},
  ): Promise<Map<K, unknown>> {
    check('get', options)
    const found = new Map<K, unknown>()
    for (const batch of batches(keys)) {
      const wires = batch.map((key) => this.key(key, options))
      const values = await this.attempt(['MGET', ...wires], options, [])
      for (const [index, key] of batch.entries()) {
        const bytes = (values as unknown[])[index]
        if (Buffer.isBuffer(bytes)) this.read(key, bytes, found)
        else this.missed()
      }
    }
    return found
  }

  /**
   * @returns whether it was stored: false only while Redis is away
   * @throws {CacheError} `E_ENCODE`, `E_TOO_LARGE`, both before anything is touched
   */
  async set(key: KeyValue, value: unknown, options: DjangoSetOptions = {}): Promise<boolean> {
    check('set', options, ['ttl'])
    return await this.#set(key, value, options)
  }

  /** Stores only over an absent one, in one step. @returns whether it did; with `'0s'`: whether it would have */
  async add(key: KeyValue, value: unknown, options: DjangoSetOptions = {}): Promise<boolean> {
    check('add', options, ['ttl'])
    if (this.ttlMs(options) > 0) return await this.#set(key, value, options, 'NX')
    this.settings.format.encode(value)
    return (await this.attempt(['EXISTS', this.key(key, options)], options, 1)) === 0
  }

  /** Stores only over a present one, in one step: what was deleted meanwhile stays so. @returns whether it did */
  async replace(key: KeyValue, value: unknown, options: DjangoSetOptions = {}): Promise<boolean> {
    check('replace', options, ['ttl'])
    if (this.ttlMs(options) > 0) return await this.#set(key, value, options, 'XX')
    this.settings.format.encode(value)
    return await this.delete(key, { version: options.version, signal: options.signal })
  }

  /** @returns the keys that were not stored: none, except while Redis is away */
  async setMany<K extends KeyValue>(
    entries: Iterable<readonly [K, unknown]>,
    options: DjangoSetOptions = {},
  ): Promise<K[]> {
    check('setMany', options, ['ttl'])
    const failed: K[] = []
    // All are encoded before the first is sent.
    const commands = [...entries].map(
      ([key, value]) => [key, this.#setCommand(key, value, options)] as const,
    )
    for (const batch of batches(commands)) {
      await Promise.all(
        batch.map(async ([key, command]) => {
          if ((await this.attempt(command, options, undefined)) === undefined) failed.push(key)
        }),
      )
    }
    return failed
  }

  /** Gives it a new lifetime; never revives what has expired. @returns whether there was such a value */
  async touch(key: KeyValue, options: DjangoSetOptions = {}): Promise<boolean> {
    check('touch', options, ['ttl'])
    const life = lifeText(this.ttlMs(options))
    return (
      (await this.attempt(['EVAL', TOUCH, '1', this.key(key, options), life], options, 0)) === 1
    )
  }

  /** @returns whether there was such a value */
  async delete(key: KeyValue, options: DjangoCallOptions = {}): Promise<boolean> {
    return (await this.deleteMany([key], options)) === 1
  }

  /** @returns how many there were */
  async deleteMany(keys: Iterable<KeyValue>, options: DjangoCallOptions = {}): Promise<number> {
    check('delete', options)
    let deleted = 0
    for (const batch of batches(keys)) {
      const wires = batch.map((key) => this.key(key, options))
      deleted += Number(await this.attempt(['DEL', ...wires], options, 0))
    }
    return deleted
  }

  /** Also true for a stored None, and for what cannot be decoded. */
  async has(key: KeyValue, options: DjangoCallOptions = {}): Promise<boolean> {
    check('has', options)
    return (await this.attempt(['EXISTS', this.key(key, options)], options, 0)) === 1
  }

  /**
   * Adds to an integer, atomically with Django's own `incr`; its lifetime stays.
   *
   * @param options `initial`: what a missing one is taken to be before `delta` is added (default: it is an error); `ttl`:
   * lifetime of one that is created
   * @throws {CacheError} `E_KEY_MISSING`, also while Redis is away and there is no `initial`; `E_NOT_A_NUMBER` for anything but
   * an integer of 64 bits; `E_OPTION`
   */
  async incr(
    key: KeyValue,
    delta: number | bigint = 1,
    options: DjangoSetOptions & { readonly initial?: number | bigint | undefined } = {},
  ): Promise<number | bigint> {
    check('incr', options, ['ttl', 'initial'])
    const { initial } = options
    const created =
      initial === undefined ? '' : String(integer('initial', initial) + integer('delta', delta))
    const args = [String(integer('delta', delta)), created, lifeText(this.ttlMs(options))]
    const command: Command = ['EVAL', INCR, '1', this.key(key, options), ...args]
    const answer = await this.attempt(
      command,
      options,
      created === '' ? null : Buffer.from(created),
    )
    if (answer !== null) return shortest(BigInt((answer as Buffer).toString('latin1')))
    throw new CacheError(
      'E_KEY_MISSING',
      `There is no counter '${String(key)}'. Give { initial: 0 }.`,
      {
        key: String(key),
      },
    )
  }

  /** `incr` by `-delta`. */
  async decr(
    key: KeyValue,
    delta: number | bigint = 1,
    options: DjangoSetOptions & { readonly initial?: number | bigint | undefined } = {},
  ): Promise<number | bigint> {
    return await this.incr(key, -delta, options)
  }

  /**
   * Removes every key of this prefix and version, in batches, and nothing else on the server: not what Django's own `clear()`
   * does, which empties the database.
   *
   * @returns how many were removed
   * @throws {CacheError} `E_UNSUPPORTED` without a `keyPrefix` and with a `keyFunction`: nothing tells these keys from others'
   */
  async clear(options: DjangoCallOptions = {}): Promise<number> {
    check('clear', options)
    const { keyPrefix, keyFunction } = this.settings
    if (keyPrefix === '' || keyFunction !== undefined)
      throw new CacheError(
        'E_UNSUPPORTED',
        "clear() needs a 'keyPrefix' and Django's usual keys: nothing else tells the keys of this cache from others'.",
      )
    const pattern = `${this.key('', options).replace(/[*?[\]\\]/g, String.raw`\$&`)}*`
    let removed = 0
    let cursor = '0'
    do {
      const scan: Command = ['SCAN', cursor, 'MATCH', pattern, 'COUNT', String(BATCH)]
      const [next, keys] = (await this.attempt(scan, options, ['0', []])) as [unknown, Buffer[]]
      cursor = String(next)
      if (keys.length > 0) removed += Number(await this.attempt(['UNLINK', ...keys], options, 0))
    } while (cursor !== '0')
    return removed
  }

  async #set(
    key: KeyValue,
    value: unknown,
    options: DjangoSetOptions,
    condition?: 'NX' | 'XX',
  ): Promise<boolean> {
    const command = this.#setCommand(key, value, options, condition)
    const answer = await this.attempt(command, options, null)
    return answer !== null
  }

  #setCommand(
    key: KeyValue,
    value: unknown,
    options: DjangoSetOptions,
    condition?: 'NX' | 'XX',
  ): Command {
    const wire = this.key(key, options)
    const bytes = this.settings.format.encode(value)
    const ttlMs = this.ttlMs(options)
    if (ttlMs === 0) return ['DEL', wire]
    const expiry = ttlMs === Infinity ? [] : ['PX', String(ttlMs)]
    return ['SET', wire, bytes, ...expiry, ...(condition === undefined ? [] : [condition])]
  }
}

function check(act: string, options: object, more: readonly string[] = []): void {
  refuseUnknown(`${act}()`, options, ['version', 'signal', ...more])
}

function integer(option: string, value: number | bigint): bigint {
  if (typeof value === 'bigint' || Number.isSafeInteger(value)) return BigInt(value)
  throw optionError(option, 'an integer', value)
}

function lifeText(ttlMs: number): string {
  return ttlMs === Infinity ? 'forever' : String(ttlMs)
}

function* batches<T>(items: Iterable<T>): Generator<T[]> {
  let batch: T[] = []
  for (const item of items) {
    batch.push(item)
    if (batch.length < BATCH) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}
