// What a caller can get wrong: each is a typed error that says what was expected, before anything is done.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Cache } from '../../src/cache/cache.ts'
import { cached } from '../../src/cache/cached.ts'
import { loaderOf } from '../../src/cache/loader-of.ts'
import type { CacheErrorCode } from '../../src/base/errors.ts'
import { rejectionOf } from './barrier.ts'
import { TESTED, type TestedStore } from './stores.ts'

/** As JavaScript sees it: without the types that would have said so. */
type Untyped = Record<
  | 'add'
  | 'define'
  | 'deleteMany'
  | 'deletePattern'
  | 'flushServer'
  | 'get'
  | 'getMany'
  | 'getOrSet'
  | 'getOrSetMany'
  | 'has'
  | 'incr'
  | 'invalidate'
  | 'memoize'
  | 'invalidateTags'
  | 'lock'
  | 'namespace'
  | 'on'
  | 'set'
  | 'setMany'
  | 'touch',
  (...args: readonly unknown[]) => unknown
>
type Misuse = readonly [
  name: string,
  act: (cache: Untyped) => unknown,
  code: CacheErrorCode,
  says: string,
]

const FAMILY = { key: (): string => 'x', load: (): number => 1 }
const circular: Record<string, unknown> = {}
circular['self'] = circular

const MISUSES: readonly Misuse[] = [
  ['a bare number as ttl', (c) => c.set('a', 1, { ttl: 300 }), 'E_OPTION', "'300s' or '300ms'"],
  ['the same as the ttl', (c) => c.getOrSet('a', () => 1, 300), 'E_OPTION', "'300s' or '300ms'"],
  ['the same to touch', (c) => c.touch('a', 60), 'E_OPTION', "'60s' or '60ms'"],
  ['the same of a counter', (c) => c.incr('n', 1, { initial: 0, ttl: 5 }), 'E_OPTION', "'5s' or"],
  [
    'a behaviour in outages that there is not',
    (c) => c.incr('n', 1, { initial: 0, onOutage: 'ignore' }),
    'E_OPTION',
    "'bypass' or 'throw'",
  ],
  ['a unit that there is not', (c) => c.set('a', 1, { ttl: '5 min' }), 'E_OPTION', "'ttl'"],
  ['a time that is negative', (c) => c.set('a', 1, { ttl: '-5s' }), 'E_OPTION', "'ttl'"],
  ['a time of NaN', (c) => c.set('a', 1, { ttl: { minutes: Number.NaN } }), 'E_OPTION', "'ttl'"],
  ['an unknown option', (c) => c.set('a', 1, { tag: ['x'] }), 'E_OPTION', "Did you mean 'tags'?"],
  ['options that are none', (c) => c.set('a', 1, '5m'), 'E_OPTION', 'object of options'],
  ['a signal that is none', (c) => c.get('a', 0, { signal: 5 }), 'E_OPTION', 'AbortSignal'],
  ['the same to invalidate', (c) => c.invalidate('a', { signal: {} }), 'E_OPTION', 'AbortSignal'],
  ['an empty key', (c) => c.get(''), 'E_KEY', 'empty'],
  ['an empty list as key', (c) => c.get([]), 'E_KEY', 'empty'],
  ['no key', (c) => c.get(undefined), 'E_KEY', 'undefined'],
  ['a number as key', (c) => c.get(7), 'E_KEY', 'list of parts'],
  ['a part that is missing', (c) => c.get(['product', undefined]), 'E_KEY', 'undefined'],
  ['a part that is NaN', (c) => c.get(['product', Number.NaN]), 'E_KEY', 'NaN'],
  ['one key for several', (c) => c.getMany('abc'), 'E_KEY', 'several keys'],
  ['a number for several', (c) => c.deleteMany(5), 'E_KEY', 'several keys'],
  ['entries that are none', (c) => c.setMany('abc'), 'E_OPTION', "'entries'"],
  ['entries without values', (c) => c.setMany(['abc']), 'E_OPTION', 'pairs'],
  ['a value instead of a loader', (c) => c.getOrSet('a', 5), 'E_OPTION', "'load'"],
  ['no loader', (c) => c.getOrSet('a'), 'E_OPTION', "'load'"],
  ['no loader for many', (c) => c.getOrSetMany(['a']), 'E_OPTION', "'loadMany'"],
  ['a batch that is none', (c) => c.getOrSetMany(['z'], () => 5), 'E_OPTION', 'a Map, or pairs'],
  ['a function as value', (c) => c.set('a', () => 1), 'E_ENCODE', 'function'],
  ['a promise as value', (c) => c.set('a', Promise.resolve(1)), 'E_ENCODE', 'Await it'],
  ['a circular value', (c) => c.add('new', circular), 'E_ENCODE', 'circular'],
  [
    'an instance of a class',
    (c) =>
      c.set(
        'a',
        new (class Foo {
          x = 1
        })(),
      ),
    'E_ENCODE',
    'Foo',
  ],
  ['a value too large', (c) => c.set('a', 'x'.repeat(2_000_000)), 'E_TOO_LARGE', 'maxValueBytes'],
  ['one tag for a list', (c) => c.set('a', 1, { tags: 'x' }), 'E_OPTION', 'list of strings'],
  ['the same to invalidate', (c) => c.invalidateTags('x'), 'E_OPTION', 'list of strings'],
  ['an empty tag', (c) => c.invalidateTags(['']), 'E_KEY', 'tag'],
  ['a reach that there is not', (c) => c.invalidate('a', { reach: 'all' }), 'E_OPTION', 'reach'],
  ['a version that is none', (c) => c.get('a', 0, { version: {} }), 'E_OPTION', "'version'"],
  ['half a step', (c) => c.incr('n', 0.5), 'E_OPTION', 'whole number'],
  ['counting what is missing', (c) => c.incr('nothing'), 'E_KEY_MISSING', 'initial'],
  ['counting a text', (c) => c.incr('a'), 'E_NOT_A_NUMBER', 'not a number'],
  ['a namespace without a name', (c) => c.namespace(''), 'E_KEY', 'namespace'],
  ['an event that there is not', (c) => c.on('hti', () => {}), 'E_OPTION', "Did you mean 'hit'?"],
  ['a listener that is none', (c) => c.on('hit', 5), 'E_OPTION', "'listener'"],
  ['a definition without a key', (c) => c.define({ load: () => 1 }), 'E_OPTION', "'key'"],
  ['a schema that is none', (c) => c.define({ ...FAMILY, schema: {} }), 'E_OPTION', "'schema'"],
  ['no tags to invalidate', (c) => c.invalidateTags(), 'E_OPTION', 'list of strings'],
  ['no pattern', (c) => c.deletePattern(), 'E_OPTION', 'pattern'],
  ['batches of none', (c) => c.deletePattern('*', { batch: 0 }), 'E_OPTION', "'batch'"],
  ['progress to nobody', (c) => c.deletePattern('*', { onProgress: 5 }), 'E_OPTION', 'onProgress'],
  ['an option of another call', (c) => c.flushServer({ version: 2 }), 'E_OPTION', "'signal'"],
  ['decorating without a cache', () => cached(5 as never, FAMILY), 'E_OPTION', "'cache'"],
  [
    'a key for decorating that is none',
    (c) => cached(c as never, { key: 5 } as never),
    'E_OPTION',
    "'key'",
  ],
  ['an id that is none', (c) => cached(c as never, { id: 'id' } as never), 'E_OPTION', "'id'"],
  [
    'decorating by another option',
    (c) => cached(c as never, { ids: 1 } as never),
    'E_OPTION',
    "'id'",
  ],
  ['a name beside a key', (c) => c.define({ ...FAMILY, name: 'n' }), 'E_OPTION', "'name'"],
  ['an empty name', (c) => c.define({ name: '', load: () => 1 }), 'E_OPTION', "'name'"],
  ['a definition without a loader', (c) => c.define({ key: () => 'a' }), 'E_OPTION', "'load'"],
  [
    'a batch loader that is none',
    (c) => c.define({ ...FAMILY, loadMany: 5 }),
    'E_OPTION',
    "'loadMany'",
  ],
  [
    'a revision that is none',
    (c) => c.define({ ...FAMILY, revision: 5 }),
    'E_OPTION',
    "'revision'",
  ],
  ['memoizing what is no function', (c) => c.memoize(5), 'E_OPTION', "'load'"],
  ['memoizing without a name', (c) => c.memoize(() => 1), 'E_OPTION', "'name'"],
  ['memoizing with a loader', (c) => c.memoize(() => 1, FAMILY), 'E_OPTION', "'load'"],
  ['a loader of no handle', () => loaderOf({} as never), 'E_OPTION', "'defined'"],
  ['a lock that cannot be kept', (c) => c.lock('a', { ttl: '0s' }), 'E_OPTION', "'ttl'"],
]

describe.each(TESTED.filter(([name]) => name === 'memory' || name === 'redis'))(
  'on %s',
  (_, start) => {
    let store: TestedStore
    let cache: Cache

    beforeAll(async () => {
      store = await start()
      cache = store.open()
      await cache.set('a', 'as it was')
    })
    afterAll(async () => await store.stop())

    it.each(MISUSES)('%s is refused, and nothing is changed', async (_name, act, code, says) => {
      const attempt = async (): Promise<unknown> => await act(cache as unknown as Untyped)

      expect(await rejectionOf(attempt())).toMatchObject({
        name: 'CacheError',
        code,
        message: expect.stringContaining(says),
      })
      expect(await cache.get('a')).toBe('as it was')
      expect(await cache.has('new')).toBe(false)
    })
  },
)
