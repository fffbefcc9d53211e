import assert from 'node:assert/strict'
import { processOf } from '../../base/token.ts'
import type { ContractCase } from './bench.ts'

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
        needs: ['keeps', 'pushWake'],
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
      needs: ['keeps', 'pushWake'],
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
      needs: ['keeps', 'pushWake'],
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
    {
      needs: ['keeps', 'pushWake'],
      says: 'whoever steals a doomed lease has its holder told, and a takeover too',
      async run(bench): Promise<void> {
        const [a, b] = [bench.key('a'), bench.key('b')]
        const doomed = await bench.lease(a, bench.first, { stamp: 100 })
        const late = await bench.lease(b, bench.first, { leaseMs: 40 })
        await bench.lease(a, bench.second, { stamp: 200, need: 150 })
        await bench.pass(70)
        await bench.lease(b, bench.second)
        const expected = [`doom ${doomed}`, `doom ${late}`]
        await bench.until(() => bench.first.heard.length >= expected.length)
        assert.deepEqual(bench.first.heard, expected)
      },
    },
    {
      needs: ['keeps', 'pushWake'],
      says: 'a commit, a release and a write that did not happen tell nobody that they load in vain',
      async run(bench): Promise<void> {
        const [a, b, c] = [bench.key('a'), bench.key('b'), bench.key('c')]
        await bench.store.commit(a, await bench.lease(a), bench.entry('v'))
        await bench.store.release(b, await bench.lease(b))
        const old = bench.entry('old')
        await bench.write(c, old)
        const held = await bench.lease(c, bench.first, { seen: old.rev })
        await bench.write(c, bench.entry('x'), 'absent', bench.second.store)
        // A doom that must come shows that none of the others is still on its way.
        await bench.second.store.remove([c], [])
        await bench.until(() => bench.first.heard.length > 0)
        assert.deepEqual(bench.first.heard, [`doom ${held}`])
      },
    },
    {
      needs: ['keeps', 'pushWake'],
      says: 'those who wait for another key sleep on',
      async run(bench): Promise<void> {
        const [a, b] = [bench.key('a'), bench.key('b')]
        const tokens = [await bench.lease(a), await bench.lease(b)]
        await bench.second.store.acquire(a, bench.request(bench.second))
        await bench.second.store.acquire(b, bench.request(bench.second))
        await bench.store.release(b, tokens[1] ?? '')
        await bench.until(() => bench.second.heard.length > 0)
        assert.deepEqual(bench.second.heard, [`wake ${b}`])
      },
    },
    {
      needs: ['keeps', 'pushWake'],
      says: 'the loss of a lease does not forget who waits: the next commit wakes them',
      async run(bench): Promise<void> {
        const key = bench.key('a')
        await bench.lease(key, bench.first, { leaseMs: 80 })
        await bench.second.store.acquire(key, bench.request(bench.second))
        await bench.pass(110)
        const next = await bench.lease(key)
        await bench.store.commit(key, next, bench.entry('v'))
        await bench.until(() => bench.second.heard.length > 0)
        assert.deepEqual(bench.second.heard, [`wake ${key}`])
      },
    },
    {
      needs: ['keeps', 'pushWake'],
      says: 'a process that has closed hears nothing more',
      async run(bench): Promise<void> {
        const key = bench.key('a')
        const token = await bench.lease(key)
        await bench.second.store.acquire(key, bench.request(bench.second))
        await bench.second.store.close()
        await bench.store.release(key, token)
        await bench.pass(30)
        assert.ok(!bench.second.heard.includes(`wake ${key}`))
      },
    },
  ])
