import { describe, expect, it } from 'vitest'
import { memory } from '../../../src/stores/memory/memory.ts'
import { alive, openMemory, put } from './open-memory.ts'

describe('memory', () => {
  it.each([
    [{ maxBytes: 0 }, "Option 'maxBytes'"],
    [{ maxBytes: '64 apples' }, "Option 'maxBytes'"],
    [{ maxEntries: 0 }, "Option 'maxEntries'"],
    [{ maxEntries: -1 }, "Option 'maxEntries'"],
    [{ maxEntries: NaN }, "Option 'maxEntries'"],
    [{ values: 'shared' }, "Option 'values'"],
    [{ maxByte: 5 }, "Did you mean 'maxBytes'?"],
    [{ max: 5 }, "unknown option 'max'"],
    ['64mb', 'expected an object of options'],
  ])('refuses %j', (options, message) => {
    const build = () => memory(options as never)

    expect(build).toThrow(expect.objectContaining({ code: 'E_OPTION' }))
    expect(build).toThrow(message)
  })

  it('keeps 64 MB by default, and as many entries as fit', async () => {
    const { store } = openMemory()

    expect((await store.stats()).maxBytes).toBe(64 * 1024 ** 2)
  })

  it("values: 'frozen' hands out one object, 'copied' a new one to each reader", async () => {
    const read = async (values: 'frozen' | 'copied'): Promise<boolean> => {
      const opened = openMemory({ values })
      await put(opened, 'p:1:a', { a: [1] })
      const [first, second] = (await opened.store.read(['p:1:a', 'p:1:a'], [])).result
      return first?.entry?.value === second?.entry?.value
    }

    expect([await read('frozen'), await read('copied')]).toEqual([true, false])
  })

  it("values: 'frozen' copies for each reader what cannot be frozen", async () => {
    const opened = openMemory()
    await put(opened, 'p:1:a', { at: new Date(5) })

    const [first, second] = (await opened.store.read(['p:1:a', 'p:1:a'], [])).result

    expect(first?.entry?.value).toEqual({ at: new Date(5) })
    expect(first?.entry?.value).not.toBe(second?.entry?.value)
  })

  it('a hit copies nothing: two readers get the very same entry, and nobody can change it', async () => {
    const opened = openMemory()
    await put(opened, 'p:1:a', 'v')

    const [first, second] = (await opened.store.read(['p:1:a', 'p:1:a'], [])).result

    expect(first?.entry).toBe(second?.entry)
    expect(opened.store.readNow?.('p:1:a', [])?.result?.entry).toBe(first?.entry)
    expect(Object.isFrozen(first?.entry)).toBe(true)
  })
})

describe('stores opened from one definition', () => {
  it('share their entries and their bound; two definitions share nothing', async () => {
    const opened = openMemory({ maxEntries: 2 })
    const { store: other } = opened.open('p')
    await put(opened, 'p:1:a', 'v')

    expect((await other.read(['p:1:a'], [])).result[0]?.entry?.value).toBe('v')
    expect((await openMemory().store.read(['p:1:a'], [])).result).toEqual([undefined])

    for (const key of ['q:1:a', 'q:1:b']) await put({ store: other, clock: opened.clock }, key, 1)
    expect(await alive(opened.store, ['p:1:a'])).toEqual([])
  })

  it('report an eviction to the one that wrote the entry', async () => {
    const opened = openMemory({ maxEntries: 1 })
    const other = opened.open('q')
    await put(opened, 'p:1:a', 1)

    await put({ store: other.store, clock: opened.clock }, 'q:1:a', 1)

    expect(opened.events.map(({ key }) => key)).toEqual(['p:1:a'])
    expect(other.events).toEqual([])
  })

  it('keep what they hold when one of them is closed, and when all are', async () => {
    const opened = openMemory()
    await put(opened, 'p:1:a', 'v')
    await opened.store.close()

    expect((await opened.open('p').store.read(['p:1:a'], [])).result[0]?.entry?.value).toBe('v')
  })

  it('hear of each other only after the act that caused it has returned', async () => {
    const opened = openMemory()
    const heard: string[] = []
    opened.store.listen({
      wake: (key) => heard.push(`wake ${key}`),
      doom: (token) => heard.push(`doom ${token}`),
      lost: () => {},
    })
    const { store: other } = opened.open('p')
    const request = { leaseMs: 5000, seen: undefined, stamp: 1, need: 0 }
    const first = await other.acquire('p:1:a', { ...request, token: 'process100000001' })
    const second = await opened.store.acquire('p:1:a', { ...request, token: 'process200000001' })
    expect([first.outcome, second.outcome]).toEqual(['lease', 'busy'])

    const releasing = other.release('p:1:a', 'process100000001')
    expect(heard).toEqual([])
    await releasing
    await Promise.resolve()

    expect(heard).toEqual(['wake p:1:a'])
  })
})
