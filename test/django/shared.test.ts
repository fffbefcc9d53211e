// Parts A8, B7 and B8: fragments, what cannot be shared, and where ShardClient keeps a key.
import { createClient } from '@redis/client'
import {
  djangoCache,
  type DjangoCache,
  makeFragmentKey,
  PySafeString,
  shardRing,
} from 'breakwater/django'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type RedisServer, startRedis } from '../servers/redis.ts'
import { type Django, startDjango } from './django.ts'

let redis: RedisServer
let django: Django
let client: ReturnType<typeof createClient>
let cache: DjangoCache
let errors: string[]

beforeAll(async () => {
  redis = await startRedis()
  django = await startDjango({ redis: redis.url })
  client = createClient({ url: redis.url })
  await client.connect()
})

beforeEach(() => {
  errors = []
  cache = djangoCache({ client, onError: (error) => errors.push(error.message) })
})

afterAll(async () => {
  client?.destroy()
  await django?.stop()
  await redis?.stop()
})

describe('makeFragmentKey', () => {
  it.each([
    ['foo', [], 'd41d8cd98f00b204e9800998ecf8427e', undefined],
    ['foo', ['abc'], '493e283d571a73056196f1a68efd0f66', 'a6360ec2c58ecc4b23fd5bd00216fccd'],
    ['bar', ['abc', 'def'], '17c1a507a0cb58384f4c639067a93520', '250310c146db454966b64f5fc265a540'],
    [
      'foo',
      [1, 2, 3, 4, 5],
      '7ae8fd2e0d25d651c683bdeebdb29461',
      '087c006c1b99e0d147f624b4921f8a13',
    ],
  ])('of %s and %j is what Django documents, by both recipes', (name, varyOn, legacy, framed) => {
    expect(makeFragmentKey(name, varyOn)).toBe(`template.cache.${name}.${legacy}`)
    if (framed !== undefined)
      expect(makeFragmentKey(name, varyOn, { recipe: 'framed' })).toBe(
        `template.cache.${name}.${framed}`,
      )
  })

  it('is that of the Django beside it, for every type', async () => {
    const recipe = String(await django.run("make_template_fragment_key('x', ['abc'])")).endsWith(
      '493e283d571a73056196f1a68efd0f66',
    )
      ? 'legacy'
      : 'framed'
    const theirs = await django.run(
      "make_template_fragment_key('x', [True, None, 1.5, 1e-05, 2 ** 70, 'é', -0.0, 1e16, float('inf')])",
    )

    expect(
      makeFragmentKey('x', [true, null, 1.5, 0.000_01, 2n ** 70n, 'é', -0, 1e16, Infinity], {
        recipe,
      }),
    ).toBe(theirs)
  })

  it('joins without a mark in the old recipe, which is why there is a new one', () => {
    expect(makeFragmentKey('x', ['a', 'b'])).toBe(makeFragmentKey('x', ['a:b']))
    expect(makeFragmentKey('x', ['a', 'b'], { recipe: 'framed' })).not.toBe(
      makeFragmentKey('x', ['a:b'], { recipe: 'framed' }),
    )
  })

  it('refuses what has another text in Python', () => {
    expect(() => makeFragmentKey('x', [{} as string])).toThrow(
      expect.objectContaining({ code: 'E_KEY' }) as Error,
    )
    expect(() => makeFragmentKey('x', ['\ud800'])).toThrow(
      expect.objectContaining({ code: 'E_KEY' }) as Error,
    )
    expect(() => makeFragmentKey('x', [], { recipe: 'new' as 'legacy' })).toThrow(
      expect.objectContaining({ code: 'E_OPTION' }) as Error,
    )
  })
})

describe('a template fragment', () => {
  const template =
    "Template('{% load cache %}{% cache 500 side user %}<b>{{ user }}</b>{% endcache %}')"

  it('that Django rendered is read by Node', async () => {
    await django.run(`${template}.render(Context({'user': 'a&b'}))`)

    expect(await cache.get(makeFragmentKey('side', ['a&b']))).toEqual(
      new PySafeString('<b>a&amp;b</b>'),
    )
  })

  it('that Node wrote is what Django shows, as it is', async () => {
    await cache.set(makeFragmentKey('side', ['x']), new PySafeString('<i>from Node</i>'))

    expect(await django.run(`${template}.render(Context({'user': 'x'}))`)).toBe('<i>from Node</i>')
  })
})

describe('what cannot be shared', () => {
  it('is a page of cache_page: a miss, although its list of headers can be read', async () => {
    await django.run(
      "view = cache_page(60)(lambda request: HttpResponse('page', headers={'Vary': 'Accept'}))",
    )
    await django.run("view(RequestFactory().get('/page'))")
    const keys = (await client.keys('*views.decorators*')).map((key) => key.replace(/^:1:/, ''))
    const [header, page] = keys.toSorted() as [string, string]

    expect(await cache.get(header)).toEqual(['HTTP_ACCEPT'])
    expect(await cache.get(page, 'miss')).toBe('miss')
    expect(errors).toEqual([expect.stringContaining('it names django.http.response.HttpResponse')])
  })

  it('is a value of HerdClient, and an instance of a model', async () => {
    await django.run('from django.contrib.auth.models import User')
    await django.run("caches['herd'].set('herd', 1)")
    await django.run("caches['default'].set('user', User(username='ada'))")

    expect(await cache.get('herd', 'miss')).toBe('miss')
    expect(await cache.get('user', 'miss')).toBe('miss')
    expect(errors).toEqual([
      expect.stringContaining('django_redis'),
      expect.stringContaining('django.db.models.base.model_unpickle'),
    ])
  })

  it('is the lock of django-redis, which lies under the key itself', async () => {
    await django.run("lock = caches['default'].lock('lock', timeout=9); lock.acquire()")

    expect(await cache.has('lock')).toBe(true)
    expect(await cache.get('lock', 'miss')).toBe('miss')
    expect(await cache.add('lock', 1)).toBe(false)
  })
})

describe('shardRing', () => {
  it('finds the node that ShardClient does, for 500 keys', async () => {
    const nodes = ['redis://10.0.0.1:6379/0', 'redis://10.0.0.2:6379/0', 'redis://10.0.0.3:6379/1']
    await django.run(`ring = HashRing(${JSON.stringify(nodes)})`)
    const theirs = await django.run("[ring.get_node(':1:key-%d' % i) for i in range(500)]")
    const ring = shardRing(nodes)

    const ours = Array.from({ length: 500 }, (_, index) => ring.nodeOf(`:1:key-${index}`))

    expect(ours).toEqual(theirs)
    expect(new Set(ours).size).toBe(3)
  })

  it('keeps together what has the same part in braces', async () => {
    const ring = shardRing(['a', 'b', 'c', 'd'])
    await django.run('from django_redis.client.sharded import ShardClient')
    const found = await django.run("ShardClient._findhash.match('x{y}{cart}z').groups()[0]")

    expect(found).toBe('cart')
    expect(ring.nodeOf('x{y}{cart}z')).toBe(ring.nodeOf('cart'))
    expect(() => shardRing([])).toThrow(/one URL at least/)
  })
})
