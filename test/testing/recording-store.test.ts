import { describe, expect, it } from 'vitest'
import { memory } from '../../src/stores/memory/memory.ts'
import { Bench } from '../../src/testing/contract/bench.ts'
import { recordingStore } from '../../src/testing/recording-store.ts'
import { checkStore } from '../../src/testing/store-contract.ts'
import { inFakeTime } from './harness.ts'

describe('recordingStore', () => {
  it('remembers each act with its keys and who asked, in the order of asking', async () => {
    const store = recordingStore(memory())
    const bench = new Bench(inFakeTime(store))
    const [a, b] = [bench.key('a'), bench.key('b')]

    await bench.write(a, bench.entry(1))
    await bench.store.read([a, b], ['*'])
    await bench.second.store.touch(b, { freshUntil: 1, deadAt: 1 }, [])
    await bench.store.bump(['t:x', '*'])
    await bench.store.scan(bench.head)[Symbol.asyncIterator]().next()

    const [first, second] = [bench.first.tokens.processId, bench.second.tokens.processId]
    expect(store.acts).toEqual([
      { act: 'write', keys: [a], processId: first },
      { act: 'read', keys: [a, b], processId: first },
      { act: 'touch', keys: [b], processId: second },
      { act: 'bump', keys: ['t:x', '*'], processId: first },
      { act: 'scan', keys: [bench.head], processId: first },
    ])
  })

  it('counts acts by name, and forgets them when told to', async () => {
    const store = recordingStore(memory())
    const bench = new Bench(inFakeTime(store))
    await bench.read(bench.key('a'))
    await bench.read(bench.key('a'))
    expect([store.count('read'), store.count('write')]).toEqual([2, 0])

    store.forget()

    expect(store.acts).toEqual([])
  })

  it('remembers an act that failed, too', async () => {
    const store = recordingStore(memory())
    const bench = new Bench(inFakeTime(store))

    await expect(
      bench.write(
        bench.key('a'),
        bench.entry(() => 1),
      ),
    ).rejects.toMatchObject({ code: 'E_ENCODE' })

    expect(store.count('write')).toBe(1)
  })

  it('changes nothing about the store: it keeps the contract', async () => {
    expect(await checkStore(() => inFakeTime(recordingStore(memory())))).toEqual([])
  })
})
