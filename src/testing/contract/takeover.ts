import assert from 'node:assert/strict'
import type { ContractCase } from './bench.ts'

/** A lease is renewed, given up, taken over when it has lapsed and stolen when it is doomed. */
export const takeoverCases: readonly ContractCase[] = [
  {
    says: 'a lease that has lapsed is taken over, and its late holder is refused',
    async run(bench) {
      const key = bench.key('a')
      const late = await bench.lease(key, bench.first, { leaseMs: 60 })
      await bench.pass(90)
      const request = bench.request(bench.second)
      assert.deepEqual(await bench.second.store.acquire(key, request), {
        outcome: 'lease',
        stolen: true,
      })
      assert.equal(await bench.store.commit(key, late, bench.entry('late')), false)
      assert.equal(await bench.second.store.commit(key, request.token, bench.entry('new')), true)
    },
  },
  {
    says: 'a lapsed lease that nobody took over may still be committed: nothing came in between',
    async run(bench) {
      const key = bench.key('a')
      const token = await bench.lease(key, bench.first, { leaseMs: 60 })
      await bench.pass(90)
      assert.equal(await bench.store.commit(key, token, bench.entry('v')), true)
    },
  },
  {
    says: 'an abandoned lease is forgotten after four times its length',
    async run(bench) {
      const key = bench.key('a')
      await bench.lease(key, bench.first, { leaseMs: 30 })
      await bench.pass(170)
      assert.equal((await bench.store.read([key], [])).result[0], undefined)
    },
  },
  {
    says: 'renew: keeps a lease from being taken over, however often, and refuses others',
    async run(bench) {
      const key = bench.key('a')
      const token = await bench.lease(key, bench.first, { leaseMs: 300 })
      for (let round = 0; round < 4; round++) {
        await bench.pass(100)
        assert.equal(await bench.store.renew(key, token, bench.ms(300)), true)
      }
      assert.equal(
        (await bench.second.store.acquire(key, bench.request(bench.second))).outcome,
        'busy',
      )
      assert.equal(await bench.store.renew(key, bench.first.tokens.next(), 150), false)
      assert.equal(await bench.store.renew(bench.key('none'), token, 150), false)
    },
  },
  {
    says: 'release: gives the key to the next, leaves a value that was being refreshed, and harms no other holder',
    async run(bench) {
      const [a, b] = [bench.key('a'), bench.key('b')]
      const token = await bench.lease(a)
      await bench.store.release(a, token)
      assert.equal((await bench.store.read([a], [])).result[0], undefined)
      const next = await bench.lease(a, bench.second)
      await bench.store.release(a, token)
      assert.equal(await bench.second.store.commit(a, next, bench.entry('v')), true)

      const old = bench.entry('old')
      await bench.write(b, old)
      await bench.store.release(b, await bench.lease(b, bench.first, { seen: old.rev }))
      const { result } = await bench.store.read([b], [])
      assert.deepEqual([result[0]?.entry?.value, result[0]?.lease], ['old', undefined])
    },
  },
  {
    says: 'a lease older than what the caller needs is doomed, and stolen',
    async run(bench) {
      const key = bench.key('a')
      const doomed = await bench.lease(key, bench.first, { stamp: 100 })
      const request = bench.request(bench.second, { stamp: 200, need: 150 })
      assert.deepEqual(await bench.second.store.acquire(key, request), {
        outcome: 'lease',
        stolen: true,
      })
      assert.equal(await bench.store.commit(key, doomed, bench.entry('old')), false)
      assert.equal(await bench.second.store.commit(key, request.token, bench.entry('new')), true)
    },
  },
  {
    says: 'a lease exactly as old as what the caller needs is good',
    async run(bench) {
      const key = bench.key('a')
      await bench.lease(key, bench.first, { stamp: 150 })
      const { outcome } = await bench.second.store.acquire(
        key,
        bench.request(bench.second, { need: 150 }),
      )
      assert.equal(outcome, 'busy')
    },
  },
  {
    says: 'the lease of a refresh outlives the value that it refreshes',
    async run(bench) {
      const key = bench.key('a')
      const old = bench.entry('old', { freshMs: -1, deadMs: 60 })
      await bench.write(key, old)
      const token = await bench.lease(key, bench.first, { seen: old.rev, leaseMs: 5000 })
      await bench.pass(100)
      assert.equal(await bench.read(key), undefined)
      assert.equal(
        (await bench.second.store.acquire(key, bench.request(bench.second))).outcome,
        'busy',
      )
      assert.equal(await bench.store.commit(key, token, bench.entry('new')), true)
      assert.equal(await bench.value(key), 'new')
    },
  },
  {
    says: 'a lapsed refresh is taken over while the old value stays readable',
    async run(bench) {
      const key = bench.key('a')
      const old = bench.entry('old')
      await bench.write(key, old)
      const late = await bench.lease(key, bench.first, { seen: old.rev, leaseMs: 40 })
      await bench.pass(70)
      const request = bench.request(bench.second, { seen: old.rev })
      assert.deepEqual(await bench.second.store.acquire(key, request), {
        outcome: 'lease',
        stolen: true,
      })
      assert.equal(await bench.value(key), 'old')
      assert.equal(await bench.store.commit(key, late, bench.entry('late')), false)
      assert.equal(await bench.second.store.commit(key, request.token, bench.entry('new')), true)
    },
  },
  {
    says: 'a doomed refresh is stolen while the old value stays readable',
    async run(bench) {
      const key = bench.key('a')
      const old = bench.entry('old')
      await bench.write(key, old)
      const doomed = await bench.lease(key, bench.first, { seen: old.rev, stamp: 100 })
      const request = bench.request(bench.second, { seen: old.rev, stamp: 200, need: 150 })
      assert.deepEqual(await bench.second.store.acquire(key, request), {
        outcome: 'lease',
        stolen: true,
      })
      assert.equal(await bench.value(key), 'old')
      assert.equal(await bench.store.commit(key, doomed, bench.entry('doomed')), false)
    },
  },
  {
    says: 'whoever has lost a lease can neither renew nor release that of the next',
    async run(bench) {
      const key = bench.key('a')
      const late = await bench.lease(key, bench.first, { leaseMs: 40 })
      await bench.pass(70)
      const next = await bench.lease(key, bench.second)
      assert.equal(await bench.store.renew(key, late, 60_000), false)
      await bench.store.release(key, late)
      const { result } = await bench.store.read([key], [])
      assert.equal(result[0]?.lease?.token, next)
      const { outcome } = await bench.store.acquire(key, bench.request())
      assert.equal(outcome, 'busy')
    },
  },
]
