// Pages that say which parameters of their query make no difference. draft-ietf-httpbis-no-vary-search
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { pageCache, purge } from '../../src/http/index.ts'
import { sameSearch, searchRule } from '../../src/http/rules/no-vary-search.ts'
import { FakeClock } from './fake-clock.ts'
import { MemoryPages } from './memory-pages.ts'
import { type Asks, PagesBench, SITES } from './pages-bench.ts'
import type { View } from './site.ts'

describe.each(SITES)('No-Vary-Search on %s, over %s', (_name, _kind, openSite, openStore) => {
  let bench: PagesBench
  const advance = (ms: number): void => bench.clock.advance(ms)

  beforeEach(() => {
    bench = new PagesBench(openSite, openStore)
  })
  afterEach(async () => {
    await bench.close()
  })

  /** Says what `rule` says at the time. */
  function saying(rule: () => string | undefined): View {
    return (call) => {
      const said = rule()
      return {
        body: `page ${bench.views} of ${call.url}`,
        fields: said === undefined ? [] : [['No-Vary-Search', said]],
      }
    }
  }

  async function bodies(ask: Asks, ...paths: readonly string[]): Promise<string[]> {
    const found: string[] = []
    for (const path of paths) found.push((await ask(path)).body.toString())
    return found
  }

  it('shares a page between queries that its own word says are one, once it was heard', async () => {
    const ask = await bench.serve(saying(() => 'params=("utm")'))

    expect(await bodies(ask, '/p?id=1&utm=a', '/p?id=1&utm=b')).toEqual([
      'page 1 of /p?id=1&utm=a',
      'page 2 of /p?id=1&utm=b',
    ])
    expect(await bodies(ask, '/p?id=1&utm=c', '/p?utm=d&id=1', '/p?id=1')).toEqual(
      Array(3).fill('page 2 of /p?id=1&utm=b'),
    )
    expect(await bodies(ask, '/p?id=2&utm=a')).toEqual(['page 3 of /p?id=2&utm=a'])
  })

  it('shares nothing before a page has said so, nor on another path', async () => {
    const ask = await bench.serve(saying(() => 'params'))
    await ask('/p?a=1')

    expect(await bodies(ask, '/q?a=1', '/q?a=2')).toEqual(['page 2 of /q?a=1', 'page 3 of /q?a=2'])
  })

  it.each(['unknown, params', 'params=(', 'Params', 'params=1'])(
    'takes %j for no word at all',
    async (said) => {
      const ask = await bench.serve(saying(() => said))
      await ask('/p?a=1')

      expect(await bodies(ask, '/p?a=2', '/p?a=3')).toEqual([
        'page 2 of /p?a=2',
        'page 3 of /p?a=3',
      ])
    },
  )

  it('ends it for pages that say it no longer, and keeps none of those for other queries', async () => {
    let said: string | undefined = 'params=("utm")'
    const ask = await bench.serve(saying(() => said))
    await bodies(ask, '/p?utm=a', '/p?utm=b')
    said = undefined
    advance(60_000)

    const made = await bodies(ask, '/p?utm=c', '/p?utm=d', '/p?utm=c')

    expect(made).toEqual(['page 3 of /p?utm=c', 'page 4 of /p?utm=d', 'page 5 of /p?utm=c'])
    // From then on by the whole query.
    expect(await bodies(ask, '/p?utm=d', '/p?utm=c')).toEqual(made.slice(1))
  })

  it('keeps to what two pages say alike when they say different things', async () => {
    let said = 'params=("a" "b")'
    const ask = await bench.serve(saying(() => said))
    await bodies(ask, '/p?a=1&b=1&id=1')
    said = 'params=("b" "c")'
    await bodies(ask, '/p?a=1&b=1&id=2', '/p?a=1&b=1&id=2')
    const before = bench.views

    // `b` alone makes no difference under both.
    const [one, other] = await bodies(ask, '/p?a=1&b=2&id=2', '/p?a=2&b=1&id=2')

    expect([one, other]).toEqual([
      `page ${before} of /p?a=1&b=1&id=2`,
      `page ${before + 1} of /p?a=2&b=1&id=2`,
    ])
  })

  it('hears a wider word after ten minutes', async () => {
    let said = 'params=("a")'
    const ask = await bench.serve(saying(() => said))
    await bodies(ask, '/p?a=1')
    said = 'params=("a" "b")'
    advance(600_000)
    await bodies(ask, '/p?a=1', '/p?a=1')
    const before = bench.views

    expect(await bodies(ask, '/p?a=2&b=2')).toEqual([`page ${before} of /p?a=1`])
  })

  it('keeps users and variants apart', async () => {
    const ask = await bench.serve((call) => ({
      body: `for ${call.header('x-user') ?? ''} at ${call.url}`,
      fields: [
        ['No-Vary-Search', 'params'],
        ['Vary', 'X-User'],
      ],
    }))
    for (const user of ['ann', 'bob']) {
      for (const path of ['/p?a=1', '/p?a=2']) await ask(path, { 'x-user': user })
    }
    const before = bench.views

    const ann = await ask('/p?a=3', { 'x-user': 'ann' })
    const bob = await ask('/p?a=3', { 'x-user': 'bob' })

    expect([ann.body.toString().split(' ')[1], bob.body.toString().split(' ')[1]]).toEqual([
      'ann',
      'bob',
    ])
    expect(bench.views).toBe(before)
  })

  it.each(['the query that asked', 'the query that it was made for'])(
    'reaches a shared page by a write and by purge: %s',
    async (what) => {
      const ask = await bench.serve(saying(() => 'params=("utm")'))
      await bodies(ask, '/p?id=1&utm=a', '/p?id=1&utm=b')
      const address = what.endsWith('asked') ? '/p?id=1&utm=z' : '/p?id=1&utm=b'
      const made = async (): Promise<string> => (await bodies(ask, '/p?id=1&utm=z'))[0] as string
      const first = await made()

      await purge(bench.store, { url: `http://site.test${address}` })
      const second = await made()
      await ask(address, {}, 'POST')
      const third = await made()

      expect(first).toBe('page 2 of /p?id=1&utm=b')
      expect(second).toBe('page 3 of /p?id=1&utm=z')
      expect(third).toBe('page 5 of /p?id=1&utm=z')
    },
  )

  it('answers HEAD for a query that makes no difference', async () => {
    const ask = await bench.serve(saying(() => 'params'))
    await bodies(ask, '/p?a=1', '/p?a=2')

    const got = await ask('/p?a=3', {}, 'HEAD')

    expect(got.field('cache-status')).toBe('breakwater; hit; ttl=60')
  })

  it('never serves a page that was made for another query, whatever lies under its key', async () => {
    const ask = await bench.serve(saying(() => 'params=("utm")'))
    await bodies(ask, '/p?id=1&utm=a', '/p?id=2', '/p?id=1')
    const keys = await bench.store.keys()
    const pages = await Promise.all(keys.map(async (key) => (await bench.store.lookup(key)).value))
    const wrong = pages.find((page) => {
      return (page as { body: Buffer }).body.toString().endsWith('/p?id=2')
    })
    for (const key of keys) await bench.store.set(key, wrong, { ttl: '60s' })

    expect(await bodies(ask, '/p?id=1&utm=z')).toEqual(['page 4 of /p?id=1&utm=z'])
  })

  it('learns from pages that another process has made', async () => {
    const first = await bench.serve(saying(() => 'params=("utm")'))
    await bodies(first, '/p?id=1&utm=a', '/p?id=1&utm=b')
    const other = await bench.serve(saying(() => 'params=("utm")'))

    const found = await bodies(other, '/p?id=1&utm=a', '/p?id=1&utm=c')

    expect(found).toEqual(['page 1 of /p?id=1&utm=a', 'page 2 of /p?id=1&utm=b'])
  })
})

describe('two queries', () => {
  const query = fc
    .array(fc.tuple(fc.constantFrom('a', 'b', 'utm', '%61'), fc.constantFrom('', '=1', '=2')), {
      maxLength: 3,
    })
    .map((pairs) => (pairs.length === 0 ? '' : `?${pairs.map((pair) => pair.join('')).join('&')}`))
  const said = fc.constantFrom(
    undefined,
    'params=("a")',
    'params=("a" "utm")',
    'params, except=("b")',
    'key-order',
    'params=("utm"), key-order',
  )

  it('share a page only if its own word says that they are one, whatever the pages before it said', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(query, said), { maxLength: 12 }), async (asks) => {
        const clock = new FakeClock()
        const store = new MemoryPages(clock)
        const pages = pageCache(store, '60s', { clock, cacheStatus: false })
        for (const [search, rule] of asks) {
          const response = await pages(new Request(`http://site.test/p${search}`), () => {
            const headers = rule === undefined ? {} : { 'No-Vary-Search': rule }
            return new Response(search, { headers })
          })
          const made = await response.text()
          const word = searchRule([...response.headers].flat())
          expect([made, search, sameSearch(made, search, word)]).toEqual([made, search, true])
          await store.quiet()
        }
      }),
      { numRuns: 80 },
    )
  })
})
