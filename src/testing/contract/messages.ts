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
