import assert from 'node:assert/strict'
import { isCacheError } from '../../base/errors.ts'
import type { ContractCase } from './bench.ts'

/** The right to load: given once, and checked in the same step as the write. */
export const leaseCases: readonly ContractCase[] = [
  {
    says: 'acquire: gives a free key to the first, and tells the second who holds it and for how long',
    async run(bench) {
      const key = bench.key('a')
      const request = bench.request()
      assert.deepEqual(await bench.store.acquire(key, request), { outcome: 'lease', stolen: false })
      const second = await bench.second.store.acquire(key, bench.request(bench.second))
      assert.equal(second.outcome, 'busy')
      assert.ok(second.outcome === 'busy')
      assert.equal(second.holder, request.token)
      assert.ok(
        second.remainingMs > bench.ms(4000) && bench.isNear(second.remainingMs, bench.ms(5000)),
      )
    },
  },
  {
    says: 'acquire: of 20 at once exactly one gets the lease',
    async run(bench) {
      const key = bench.key('a')
      const processes = [bench.first, bench.second]
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, async (_, index) => {
          const by = processes[index % 2] ?? bench.first
          return (await by.store.acquire(key, bench.request(by))).outcome
        }),
      )
      assert.equal(outcomes.filter((outcome) => outcome === 'lease').length, 1)
      assert.equal(outcomes.filter((outcome) => outcome === 'busy').length, 19)
    },
  },
  {
    says: 'a record with a lease alone shows the lease and no value',
    async run(bench) {
      const key = bench.key('a')
      const token = await bench.lease(key, bench.first, { stamp: 123_456 })
      const { result } = await bench.second.store.read([key], [])
      assert.equal(result[0]?.entry, undefined)
      assert.equal(result[0]?.lease?.token, token)
      assert.equal(result[0]?.lease?.stamp, 123_456)
    },
  },
  {
    says: 'acquire: shows a value that the caller has not seen instead of giving a lease',
    async run(bench) {
      const key = bench.key('a')
      const entry = bench.entry('new')
      await bench.write(key, entry)
      const acquired = await bench.store.acquire(
        key,
        bench.request(bench.first, { seen: bench.entry(0).rev }),
      )
      assert.ok(acquired.outcome === 'hit')
      assert.equal(acquired.record.entry?.value, 'new')
      assert.equal(acquired.record.entry?.rev, entry.rev)
    },
  },
  {
    says: 'acquire: on a value that was seen gives the lease of its refresh, and the value stays readable',
    async run(bench) {
      const key = bench.key('a')
      const old = bench.entry('old', { tags: ['t'] })
      await bench.write(key, old)
      const token = await bench.lease(key, bench.first, { seen: old.rev })
      const { result } = await bench.second.store.read([key], [])
      assert.deepEqual([result[0]?.entry?.value, result[0]?.entry?.tags], ['old', ['t']])
      assert.equal(result[0]?.lease?.token, token)
      assert.equal(await bench.store.commit(key, token, bench.entry('new')), true)
      const after = await bench.store.read([key], [])
      assert.deepEqual([after.result[0]?.entry?.value, after.result[0]?.lease], ['new', undefined])
    },
  },
  {
    says: 'commit: stores the whole entry and ends the lease',
    async run(bench) {
      const key = bench.key('a')
      const token = await bench.lease(key)
      const entry = bench.entry(
        { loaded: true },
        { tags: ['t', 'u'], stamp: 42, loadMs: 7, rev: token },
      )
      assert.equal(await bench.store.commit(key, token, entry), true)
      const { result } = await bench.store.read([key], [])
      assert.equal(result[0]?.lease, undefined)
      assert.deepEqual(
        [
          result[0]?.entry?.value,
          result[0]?.entry?.tags,
          result[0]?.entry?.stamp,
          result[0]?.entry?.rev,
        ],
        [{ loaded: true }, ['t', 'u'], 42, token],
      )
      assert.equal(await bench.store.commit(key, token, bench.entry('again')), false)
    },
  },
  {
    says: "commit: is refused without a lease, and with another's",
    async run(bench) {
      const key = bench.key('a')
      assert.equal(
        await bench.store.commit(key, bench.first.tokens.next(), bench.entry('x')),
        false,
      )
      await bench.lease(key)
      assert.equal(
        await bench.second.store.commit(key, bench.second.tokens.next(), bench.entry('x')),
        false,
      )
      assert.equal(await bench.read(key), undefined)
    },
  },
  {
    says: 'commit: is refused after the key was removed, also when somebody else has the lease by now',
    async run(bench) {
      const key = bench.key('a')
      const late = await bench.lease(key)
      await bench.second.store.remove([key], [])
      assert.equal(await bench.store.commit(key, late, bench.entry('old')), false)
      const next = await bench.lease(key, bench.second)
      assert.equal(await bench.store.commit(key, late, bench.entry('old')), false)
      assert.equal(await bench.second.store.commit(key, next, bench.entry('new')), true)
      assert.equal(await bench.value(key), 'new')
    },
  },
  {
    says: 'commit: is refused after a value was set by hand',
    async run(bench) {
      const key = bench.key('a')
      const late = await bench.lease(key)
      await bench.write(key, bench.entry('by hand'))
      assert.equal(await bench.store.commit(key, late, bench.entry('loaded')), false)
      assert.equal(await bench.value(key), 'by hand')
    },
  },
  {
    says: 'commit: refuses what cannot be encoded, and the lease is still held',
    async run(bench) {
      const key = bench.key('a')
      const token = await bench.lease(key)
      await assert.rejects(
        bench.store.commit(
          key,
          token,
          bench.entry(() => 1),
        ),
      )
      assert.equal(await bench.store.commit(key, token, bench.entry('good')), true)
    },
  },
  {
    says: 'acquire: gives the holder its own lease again, whose answer it never had',
    async run(bench) {
      const key = bench.key('a')
      const request = bench.request()
      await bench.store.acquire(key, request)
      assert.deepEqual(await bench.store.acquire(key, request), { outcome: 'lease', stolen: false })
      assert.equal(await bench.store.commit(key, request.token, bench.entry('v')), true)
    },
  },
  {
    says: 'acquire: shows a value to a caller that has seen none',
    async run(bench) {
      const key = bench.key('a')
      await bench.write(key, bench.entry('v', { freshMs: -1, deadMs: 60_000 }))
      assert.equal((await bench.store.acquire(key, bench.request())).outcome, 'hit')
    },
  },
  {
    says: "acquire: a value that has died is in nobody's way",
    async run(bench) {
      const key = bench.key('a')
      await bench.write(key, bench.entry('dead', { freshMs: 40 }))
      await bench.pass(80)
      const token = await bench.lease(key)
      const { result } = await bench.store.read([key], [])
      assert.deepEqual([result[0]?.entry, result[0]?.lease?.token], [undefined, token])
    },
  },
  {
    says: 'commit: a token opens only the key that it was given for',
    async run(bench) {
      const token = await bench.lease(bench.key('a'))
      await bench.lease(bench.key('b'))
      assert.equal(await bench.store.commit(bench.key('b'), token, bench.entry('x')), false)
      assert.equal(await bench.store.renew(bench.key('b'), token, 1000), false)
      assert.equal(await bench.store.commit(bench.key('a'), token, bench.entry('v')), true)
    },
  },
  {
    says: 'commit: refuses what cannot be encoded, and the value that was being refreshed stays',
    async run(bench) {
      const key = bench.key('a')
      const old = bench.entry('old')
      await bench.write(key, old)
      const token = await bench.lease(key, bench.first, { seen: old.rev })
      const bad = bench.entry({ deep: [() => 1] })
      await assert.rejects(bench.store.commit(key, token, bad), (error) =>
        isCacheError(error, 'E_ENCODE'),
      )
      assert.equal(await bench.value(key), 'old')
    },
  },
]
