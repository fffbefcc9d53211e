import { lstat, mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../../src/base/clock.ts'
import type { Store } from '../../../src/base/store.ts'
import { fakeClock } from '../../../src/testing/fake-clock.ts'
import { costOf } from '../../../src/stores/file/sweeper.ts'
import { MAX_FIELDS } from '../../../src/records/stamps.ts'
import { newFolder, openFiles } from './open-files.ts'

const MAX = 4 * 1024 ** 2
let root: string
let stores: Store[]

function open(parts: Parameters<typeof openFiles>[2] = {}): Store {
  const store = openFiles(root, {}, { maxBytes: MAX, ...parts })
  stores.push(store)
  return store
}

async function write(
  store: Store,
  key: string,
  value: unknown,
  forMs = 3_600_000,
  now = systemClock.now(),
): Promise<void> {
  const times = { freshUntil: now + forMs, deadAt: now + forMs, storedAt: now, loadMs: 0 }
  const entry = { value, tags: [], stamp: 1, rev: 'process100000001', ...times }
  await store.write([{ key, entry, when: 'always' }], [])
}

/** What a file takes with its folder; nothing when a sweep has just removed it. */
async function costAt(path: string): Promise<number> {
  try {
    return costOf((await lstat(path)).size)
  } catch {
    return 0
  }
}

async function namesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => [])
  return names.map((name) => join(folder, name))
}

/** What the records take, and how many there are. */
async function used(): Promise<{ bytes: number; records: number }> {
  const paths: string[] = []
  for (const shard of await namesIn(join(root, 'records')))
    for (const folder of await namesIn(shard))
      paths.push(...(await namesIn(folder)).filter((path) => path.includes('/d.')))
  const costs = await Promise.all(paths.map(costAt))
  return { bytes: costs.reduce((sum, cost) => sum + cost, 0), records: costs.length }
}

beforeEach(() => {
  root = newFolder()
  stores = []
})
afterEach(async () => {
  await Promise.all(stores.map(async (store) => await store.close()))
  await rm(root, { recursive: true, force: true })
})

describe('maxBytes', () => {
  it('holds at every moment while four write far more than it, and what is newest stays', async () => {
    const writers = Array.from({ length: 4 }, () => open())
    let most = 0
    for (let round = 0; round < 30; round++) {
      await Promise.all(
        writers.flatMap((store, writer) =>
          Array.from({ length: 8 }, async (_, index) => {
            await write(store, `p:1:${writer}-${round}-${index}`, 'x'.repeat(1000 + 600 * index))
          }),
        ),
      )
      most = Math.max(most, (await used()).bytes)
    }
    await Promise.all(stores.map(async (store) => await store.close()))

    expect(most).toBeLessThanOrEqual(MAX)
    expect(most).toBeGreaterThan(MAX / 2)
    const reader = open()
    expect((await reader.read(['p:1:3-29-7'], [])).result[0]?.entry).toBeDefined()
    expect((await reader.read(['p:1:0-0-0'], [])).result[0]).toBeUndefined()
  })

  it('what has expired goes before what lives', async () => {
    const clock = fakeClock()
    const writing = openFiles(root, { clock }, { maxBytes: MAX, now: () => clock.now() })
    stores.push(writing)
    for (let index = 0; index < 100; index++)
      await write(writing, `p:1:old${index}`, index, 1000, clock.now())
    await write(writing, 'p:1:first', 'stays', 3_600_000, clock.now())
    await clock.advance(2000)
    for (let index = 0; index < 250; index++)
      await write(writing, `p:1:new${index}`, index, 3_600_000, clock.now())
    await writing.close()

    // None of those that live was evicted, and hardly any of the others is left.
    expect((await used()).records).toBeLessThanOrEqual(251 + 25)
    const reader = openFiles(root, { clock }, { maxBytes: MAX, now: () => clock.now() })
    stores.push(reader)
    const living = ['p:1:first', ...Array.from({ length: 250 }, (_, index) => `p:1:new${index}`)]
    const { result } = await reader.read(living, [])
    expect(result.filter((record) => record?.entry !== undefined)).toHaveLength(251)
  })

  it('a value larger than an eighth of it is not kept, and pushes nothing out', async () => {
    const store = open()
    await write(store, 'p:1:small', 1)
    await write(store, 'p:1:large', 'x'.repeat(MAX / 8))

    expect((await store.read(['p:1:large'], [])).result[0]).toBeUndefined()
    expect((await store.read(['p:1:small'], [])).result[0]?.entry?.value).toBe(1)
  })

  it('a value that has grown too large does not leave the old one behind', async () => {
    const store = open()
    await write(store, 'p:1:a', 1)
    await write(store, 'p:1:a', 'x'.repeat(MAX / 8))

    expect((await store.read(['p:1:a'], [])).result[0]).toBeUndefined()
  })
})

describe('what the dead leave behind', () => {
  it('is removed: folders and messages that were never finished', async () => {
    const store = open()
    await store.bump([])
    const old = join(root, 'temporary', '000000001-0123456789abcdef01234567')
    await mkdir(old)
    await writeFile(join(old, 'd.000000001-0123456789abcdef01234567'), 'half')
    await writeFile(join(root, 'temporary', '000000002-0123456789abcdef01234567'), 'message')
    await mkdir(join(root, 'temporary', 'zzzzzzzzz-0123456789abcdef01234567'))

    for (let index = 0; index < 10; index++) await write(store, `p:1:${index}`, index)
    await store.close()

    expect(await readdir(join(root, 'temporary'))).toEqual(['zzzzzzzzz-0123456789abcdef01234567'])
  })
})

describe('invalidated fields', () => {
  it('are bounded: the older half becomes the floor', async () => {
    const store = open()
    const first = await store.bump(['t:first'])
    const many = Array.from({ length: MAX_FIELDS }, (_, index) => `t:${index}` as const)
    await store.bump(many)

    const { generations } = await store.read([], ['t:first', `t:${MAX_FIELDS - 1}`])

    expect(generations.bumps.has('t:first')).toBe(false)
    expect(generations.floor).toBeGreaterThanOrEqual(first)
    expect(generations.bumps.has(`t:${MAX_FIELDS - 1}`)).toBe(true)
  })
})
