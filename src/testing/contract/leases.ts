import assert from 'node:assert/strict'
import { processOf } from '../../base/token.ts'
import type { ContractCase } from './bench.ts'

/** The right to load: given once, renewed, taken over, stolen when doomed, and checked in the same step as the write. */
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
      assert.ok(second.remainingMs > 4000 && second.remainingMs <= 5000)
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
      const token = await bench.lease(key, bench.first, { leaseMs: 150 })
      for (let round = 0; round < 4; round++) {
        await bench.pass(70)
        assert.equal(await bench.store.renew(key, token, 150), true)
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
    says: 'a lease older than what the caller needs is doomed: it is stolen, and its holder told',
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
      if (!bench.store.can.pushWake) return
      await bench.until(() => bench.first.heard.includes(`doom ${doomed}`))
      assert.ok(bench.first.heard.includes(`doom ${doomed}`))
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
]

/** Messages to those who wait and to those who load in vain. */
export const messageCases: readonly ContractCase[] = (
  [
    [
      'a commit',
      async (bench, key, token) => void (await bench.store.commit(key, token, bench.entry('v'))),
    ],
    ['a release', async (bench, key, token) => await bench.store.release(key, token)],
    ['a removal', async (bench, key) => void (await bench.store.remove([key], []))],
    [
      'a write by hand',
      async (bench, key) => void (await bench.write(key, bench.entry('by hand'))),
    ],
  ] as const satisfies readonly (readonly [
    string,
    (bench: Parameters<ContractCase['run']>[0], key: string, token: string) => Promise<void>,
  ])[]
)
  .map(
    ([name, act]) =>
      ({
        says: `${name} wakes the processes that wait, and no other`,
        async run(bench): Promise<void> {
          const key = bench.key('a')
          const token = await bench.lease(key)
          await bench.second.store.acquire(key, bench.request(bench.second))
          await act(bench, key, token)
          await bench.until(() => bench.second.heard.length > 0)
          assert.deepEqual(
            bench.second.heard.filter((message) => message !== 'lost'),
            [`wake ${key}`],
          )
          assert.ok(!bench.first.heard.includes(`wake ${key}`))
        },
      }) satisfies ContractCase,
  )
  .concat([
    {
      says: 'a removal and a write by hand tell the holder that it loads in vain',
      async run(bench): Promise<void> {
        const [a, b] = [bench.key('a'), bench.key('b')]
        const tokens = [await bench.lease(a), await bench.lease(b)]
        await bench.second.store.remove([a], [])
        await bench.write(b, bench.entry('by hand'), 'always', bench.second.store)
        const expected = tokens.map((token) => `doom ${token}`)
        await bench.until(() => expected.every((message) => bench.first.heard.includes(message)))
        assert.deepEqual(
          bench.first.heard.filter((message) => message.startsWith('doom')).toSorted(),
          expected.toSorted(),
        )
        assert.ok(tokens.every((token) => processOf(token) === bench.first.tokens.processId))
      },
    },
    {
      says: 'a process that waits twice for a key is woken, and whoever comes later waits anew',
      async run(bench): Promise<void> {
        const key = bench.key('a')
        const token = await bench.lease(key)
        await bench.second.store.acquire(key, bench.request(bench.second))
        await bench.second.store.acquire(key, bench.request(bench.second))
        await bench.store.release(key, token)
        await bench.until(() => bench.second.heard.includes(`wake ${key}`))
        assert.equal(bench.second.heard.filter((message) => message === `wake ${key}`).length, 1)
        const next = await bench.lease(key)
        await bench.store.release(key, next)
        await bench.pass(1)
        assert.equal(bench.second.heard.filter((message) => message === `wake ${key}`).length, 1)
      },
    },
  ])
