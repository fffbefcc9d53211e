import assert from 'node:assert/strict'
import { isCacheError } from '../../base/errors.ts'
import type { Bench, Need } from './bench.ts'

/** What is true of a store that declares to lack something: a case that needs it holds the store to that instead. */
export const HONEST: Readonly<Record<Need, (bench: Bench) => Promise<void>>> = {
  async keeps(bench) {
    const { store } = bench
    const key = bench.key('a')
    assert.equal(await bench.write(key, bench.entry(1)), true)
    assert.equal(await bench.write(key, bench.entry(2), 'absent'), true)
    assert.equal(await bench.read(key), undefined)
    assert.equal((await store.increment(key, 1, [])).result.outcome, 'missing')
    const later = bench.clock.now() + 60_000
    assert.equal(
      (await store.touch(key, { freshUntil: later, deadAt: later }, [])).result,
      undefined,
    )
    assert.deepEqual((await store.remove([key], [], { values: true })).result, [undefined])
    // Nobody waits for anybody, and what a load returns is taken without complaint.
    for (const request of [bench.request(), bench.request()]) {
      assert.equal((await store.acquire(key, request)).outcome, 'lease')
      assert.equal(await store.renew(key, request.token, 1000), true)
      assert.equal(await store.commit(key, request.token, bench.entry(3)), true)
      await store.release(key, request.token)
    }
    assert.deepEqual((await store.read([key], [])).result, [undefined])
    // What nobody keeps nobody need be kept from.
    const announced = { keys: [key], fields: ['t:a'] } as const
    await store.intend(announced, 'nobodys000000001', 60_000)
    assert.equal((await store.acquire(key, bench.request())).outcome, 'lease')
    await store.withdraw(announced, 'nobodys000000001')
    // Nothing older than an invalidation may count as valid, though no field is remembered.
    const stamp = await store.bump(['t:a'])
    const { bumps, floor } = (await store.read([], ['t:a'])).generations
    assert.ok(Math.max(floor, bumps.get('t:a') ?? 0) >= stamp)
    for await (const batch of store.scan(bench.head)) assert.deepEqual(batch, [])
    assert.equal((await store.stats()).entries, 0)
  },

  async scan(bench) {
    await bench.write(bench.key('a'), bench.entry(1))
    const first = async (): Promise<unknown> =>
      await bench.store.scan(bench.head)[Symbol.asyncIterator]().next()
    await assert.rejects(first, (error) => isCacheError(error, 'E_UNSUPPORTED'))
  },

  async pushWake(bench) {
    const key = bench.key('a')
    const token = await bench.lease(key)
    await bench.second.store.acquire(key, bench.request(bench.second))
    await bench.store.release(key, token)
    await bench.pass(30)
    // If it does hear of it, `pushWake` should be declared: waiters would poll for nothing.
    assert.deepEqual(bench.second.heard, [])
  },
}
