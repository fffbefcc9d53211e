import assert from 'node:assert/strict'
import type { Mark } from '../../base/record.ts'
import type { Ending } from '../../base/store.ts'
import type { Token } from '../../base/token.ts'
import type { Bench, ContractCase, Process } from './bench.ts'

/** How a load ended; `forMs` in the steps of {@link Bench.ms}, a minute unless said otherwise. */
function ending(bench: Bench, kind: Ending['kind'], parts: Partial<Ending> = {}): Ending {
  const { forMs = 60_000, ...rest } = parts
  return { kind, stamp: 7, text: '', forMs: bench.ms(forMs), ...rest }
}

/** Leaves a mark under a key that is free; answers the token of the load. */
async function leave(
  bench: Bench,
  key: string,
  kind: Ending['kind'],
  parts: Partial<Ending> = {},
): Promise<Token> {
  const token = await bench.lease(key)
  await bench.store.release(key, token, { mark: ending(bench, kind, parts) })
  return token
}

async function markOf(
  bench: Bench,
  key: string,
  by: Process = bench.first,
): Promise<Mark | undefined> {
  return (await by.store.read([key], [])).result[0]?.mark
}

/** What a load leaves that brought no value to store. */
export const markCases: readonly ContractCase[] = [
  {
    says: 'release: leaves the mark of a load that failed, and every reader sees it in full',
    async run(bench) {
      const key = bench.key('a')
      const token = await bench.lease(key)
      const mark = ending(bench, 'failed', { stamp: 123_456, text: 'café: the source is down' })
      const before = bench.clock.now()
      await bench.store.release(key, token, { mark })
      for (const values of [true, false]) {
        const { result } = await bench.second.store.read([key], [], { values })
        const { until, ...rest } = result[0]?.mark ?? { until: 0 }
        assert.deepEqual(rest, { kind: 'failed', token, stamp: 123_456, text: mark.text })
        assert.ok(bench.isNear(until, before + mark.forMs))
        assert.deepEqual([result[0]?.entry, result[0]?.lease], [undefined, undefined])
        assert.equal(result[0]?.undecodable, undefined)
      }
    },
  },
  {
    says: 'release: leaves the mark of a load that is not to be stored',
    async run(bench) {
      const key = bench.key('a')
      const token = await leave(bench, key, 'uncacheable')
      const mark = await markOf(bench, key, bench.second)
      assert.deepEqual([mark?.kind, mark?.token, mark?.text], ['uncacheable', token, ''])
    },
  },
  {
    says: 'a mark says at most 1000 bytes, and no half of a character',
    async run(bench) {
      const [a, b] = [bench.key('a'), bench.key('b')]
      await leave(bench, a, 'failed', { text: `${'x'.repeat(999)}é!` })
      await leave(bench, b, 'failed', { text: 'y'.repeat(100_000) })
      assert.equal((await markOf(bench, a))?.text, 'x'.repeat(999))
      assert.equal((await markOf(bench, b))?.text, 'y'.repeat(1000))
    },
  },
  {
    says: 'a mark is gone when its time is over',
    async run(bench) {
      const [a, b] = [bench.key('a'), bench.key('b')]
      await leave(bench, a, 'failed', { forMs: 60 })
      await leave(bench, b, 'uncacheable', { forMs: 60 })
      await bench.pass(100)
      assert.deepEqual((await bench.store.read([a, b], [])).result, [undefined, undefined])
      assert.equal(typeof (await bench.lease(a)), 'string')
      assert.equal(typeof (await bench.lease(b)), 'string')
    },
  },
  {
    says: 'a mark for no time at all is none',
    async run(bench) {
      const key = bench.key('a')
      await leave(bench, key, 'uncacheable', { forMs: 0 })
      assert.equal((await bench.store.read([key], [])).result[0], undefined)
      assert.equal(typeof (await bench.lease(key)), 'string')
    },
  },
  {
    says: 'release: leaves no mark where a value lives, and ends the lease',
    async run(bench) {
      const key = bench.key('a')
      const old = bench.entry('old')
      await bench.write(key, old)
      const token = await bench.lease(key, bench.first, { seen: old.rev })
      await bench.store.release(key, token, { mark: ending(bench, 'failed') })
      const { result } = await bench.store.read([key], [])
      assert.deepEqual(
        [result[0]?.entry?.value, result[0]?.lease, result[0]?.mark],
        ['old', undefined, undefined],
      )
      assert.equal(typeof (await bench.lease(key, bench.second, { seen: old.rev })), 'string')
    },
  },
  {
    says: 'release: leaves a mark where the old value has died meanwhile',
    async run(bench) {
      const key = bench.key('a')
      const old = bench.entry('old', { freshMs: -1, deadMs: 60 })
      await bench.write(key, old)
      const token = await bench.lease(key, bench.first, { seen: old.rev })
      await bench.pass(100)
      await bench.store.release(key, token, { mark: ending(bench, 'failed') })
      assert.equal((await markOf(bench, key))?.kind, 'failed')
      assert.equal(await bench.read(key), undefined)
    },
  },
  {
    says: 'release: whoever does not hold the lease leaves no mark',
    async run(bench) {
      const [a, b] = [bench.key('a'), bench.key('b')]
      const mark = ending(bench, 'uncacheable')
      await bench.store.release(a, bench.first.tokens.next(), { mark })
      const token = await bench.lease(b, bench.second)
      await bench.store.release(b, bench.first.tokens.next(), { mark })
      assert.equal((await bench.store.read([a], [])).result[0], undefined)
      assert.equal(await bench.second.store.commit(b, token, bench.entry('v')), true)
      assert.equal(await bench.value(b), 'v')
    },
  },
  {
    says: 'acquire: after a failed load the next may try, as if nothing were there',
    async run(bench) {
      const key = bench.key('a')
      await leave(bench, key, 'failed', { text: 'no' })
      const request = bench.request(bench.second)
      const acquired = await bench.second.store.acquire(key, request)
      assert.deepEqual(acquired, { outcome: 'lease', stolen: false })
      const { result } = await bench.store.read([key], [])
      assert.deepEqual([result[0]?.mark, result[0]?.lease?.token], [undefined, request.token])
      assert.equal((await bench.store.acquire(key, bench.request())).outcome, 'busy')
      assert.equal(await bench.second.store.commit(key, request.token, bench.entry('v')), true)
      assert.equal(await bench.value(key), 'v')
    },
  },
  {
    says: 'acquire: where nothing is to be stored nobody queues, and the mark stays',
    async run(bench) {
      const key = bench.key('a')
      const token = await leave(bench, key, 'uncacheable')
      for (const by of [bench.first, bench.second, bench.second]) {
        const request = bench.request(by, { seen: bench.entry(0).rev, need: 1000, stamp: 1000 })
        assert.deepEqual(await by.store.acquire(key, request), { outcome: 'bypass' })
      }
      assert.equal((await markOf(bench, key))?.token, token)
    },
  },
  ...(['failed', 'uncacheable'] as const).flatMap((kind): ContractCase[] => [
    {
      says: `a write by hand replaces a mark (${kind})`,
      async run(bench) {
        const [a, b] = [bench.key('a'), bench.key('b')]
        await leave(bench, a, kind)
        await leave(bench, b, kind)
        assert.equal(await bench.write(a, bench.entry('by hand')), true)
        assert.equal(await bench.write(b, bench.entry('added'), 'absent'), true)
        assert.deepEqual([await bench.value(a), await bench.value(b)], ['by hand', 'added'])
        assert.deepEqual([await markOf(bench, a), await markOf(bench, b)], [undefined, undefined])
        assert.equal(await bench.write(b, bench.entry('again'), 'absent'), false)
      },
    },
    {
      says: `rev: no write goes over a mark by its token (${kind})`,
      async run(bench) {
        const key = bench.key('a')
        const token = await leave(bench, key, kind)
        const { result } = await bench.store.write(
          [{ key, entry: bench.entry('x'), when: { rev: token } }],
          [],
        )
        assert.deepEqual(result, [{ written: false, found: undefined }])
        assert.equal((await markOf(bench, key))?.kind, kind)
      },
    },
    {
      says: `commit, renew, release, touch and increment find nothing where a mark is (${kind})`,
      async run(bench) {
        const key = bench.key('a')
        const { store } = bench
        const token = await leave(bench, key, kind)
        const later = bench.clock.now() + bench.ms(90_000)
        assert.equal(await store.commit(key, token, bench.entry('late')), false)
        assert.equal(await store.renew(key, token, bench.ms(90_000)), false)
        await store.release(key, token)
        await store.release(key, token, { mark: ending(bench, 'failed', { text: 'other' }) })
        const touched = await store.touch(key, { freshUntil: later, deadAt: later }, [])
        assert.equal(touched.result, undefined)
        assert.deepEqual((await store.increment(key, 1, [])).result, { outcome: 'missing' })
        const mark = await markOf(bench, key)
        assert.deepEqual([mark?.kind, mark?.token, mark?.text], [kind, token, ''])
      },
    },
    {
      says: `remove: takes a mark away and answers that nothing was there (${kind})`,
      async run(bench) {
        const [a, b] = [bench.key('a'), bench.key('b')]
        await leave(bench, a, kind)
        await leave(bench, b, kind)
        assert.deepEqual((await bench.second.store.remove([a], [])).result, [undefined])
        const taken = await bench.store.remove([b], [], { values: true })
        assert.deepEqual(taken.result, [undefined])
        assert.deepEqual((await bench.store.read([a, b], [])).result, [undefined, undefined])
        assert.equal(typeof (await bench.lease(a)), 'string')
      },
    },
    {
      says: `remove by rev: spares a mark, also by its own token (${kind})`,
      async run(bench) {
        const key = bench.key('a')
        const token = await leave(bench, key, kind)
        const { result } = await bench.store.remove([key], [], { revs: [token] })
        assert.deepEqual(result, [undefined])
        assert.equal((await markOf(bench, key))?.kind, kind)
      },
    },
    {
      needs: ['keeps', 'pushWake'],
      says: `release: wakes the processes that wait, and no other (${kind})`,
      async run(bench): Promise<void> {
        const key = bench.key('a')
        const token = await bench.lease(key)
        await bench.second.store.acquire(key, bench.request(bench.second))
        await bench.store.release(key, token, { mark: ending(bench, kind) })
        await bench.until(() => bench.second.heard.length > 0)
        assert.deepEqual(bench.second.heard, [`wake ${key}`])
        assert.deepEqual(bench.first.heard, [])
      },
    },
  ]),
]
