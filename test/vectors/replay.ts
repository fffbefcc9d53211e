import { readFileSync } from 'node:fs'
import { brotliDecompressSync } from 'node:zlib'
import type { Duration } from '../../src/base/duration.ts'
import { isCacheError } from '../../src/base/errors.ts'
import type { Cache } from '../../src/cache/cache.ts'

export type Answer = { readonly ok: unknown } | { readonly error: string }

export interface Operation {
  readonly op: string
  readonly args: readonly unknown[]
  readonly kw: { readonly timeout?: number | null; readonly version?: number | null }
}

export interface Vector {
  readonly seed: number
  readonly ops: readonly Operation[]
  readonly answers: Readonly<Record<'locmem' | 'file' | 'db' | 'redis', readonly Answer[]>>
  readonly disagree: readonly number[]
}

export function readVectors(): readonly Vector[] {
  const file = new URL('./django-operations.json.br', import.meta.url)
  const { vectors } = JSON.parse(brotliDecompressSync(readFileSync(file)).toString()) as {
    vectors: Vector[]
  }
  return vectors
}

/** Does what Django was asked to do, and answers in Django's terms. */
export async function replay(cache: Cache, operation: Operation): Promise<Answer> {
  try {
    return { ok: (await perform(cache, operation)) ?? null }
  } catch (error) {
    if (isCacheError(error, 'E_KEY_MISSING')) return { error: 'ValueError' }
    if (isCacheError(error, 'E_NOT_A_NUMBER')) return { error: 'TypeError' }
    throw error
  }
}

async function perform(cache: Cache, { op, args, kw }: Operation): Promise<unknown> {
  const version = kw.version === undefined || kw.version === null ? {} : { version: kw.version }
  const ttl = ttlOf(kw.timeout)
  const storing = { ...version, ...(ttl === undefined ? {} : { ttl }) }
  const key = args[0] as string
  switch (op) {
    case 'get':
      return await cache.get(key, args[1] ?? null, version)
    case 'set':
      await cache.set(key, args[1], storing)
      return null
    case 'add':
      return await cache.add(key, args[1], storing)
    case 'touch':
      return await cache.touch(key, ttl, version)
    case 'delete':
      return await cache.delete(key, version)
    case 'has_key':
      return await cache.has(key, version)
    case 'incr':
      return await cache.incr(key, args[1] as number | undefined, version)
    case 'decr':
      return await cache.decr(key, args[1] as number | undefined, version)
    case 'incr_version':
      return await cache.incrVersion(key, args[1] as number | undefined, version)
    case 'decr_version':
      return await cache.decrVersion(key, args[1] as number | undefined, version)
    case 'get_or_set':
      return await cache.getOrSet(key, () => args[1], storing)
    case 'get_many':
      return Object.fromEntries(await cache.getMany(args[0] as string[], version))
    case 'set_many':
      // Django lists the keys that failed; the record has None where it lists none.
      return (await cache.setMany(args[0] as Record<string, unknown>, storing)).at(0)
    case 'delete_many':
      await cache.deleteMany(args[0] as string[], version)
      return null
    case 'clear':
      await cache.clear()
      return null
    default:
      throw new Error(`No such operation of Django: ${op}`)
  }
}

function ttlOf(timeout: number | null | undefined): Duration | undefined {
  if (timeout === undefined) return undefined
  if (timeout === null) return 'forever'
  return timeout <= 0 ? '0s' : `${timeout}s`
}
