import {
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Cache } from '../../../src/cache/cache.ts'
import { createCaches, type AliasOptions } from '../../../src/index.ts'
import { systemDisk } from '../../../src/stores/file/disk.ts'
import { HeldLoad } from '../../cache/barrier.ts'
import { newFolder, openFiles } from './open-files.ts'

let root: string
const opened: Cache[] = []

function open(parts: Parameters<typeof openFiles>[2] = {}, options: AliasOptions = {}): Cache {
  const store = { name: 'file', open: (context: never) => openFiles(root, context, parts) }
  const cache = createCaches({ default: { store, prefix: 'p', ...options } }).default
  opened.push(cache)
  return cache
}

/** Paths of all files below the folder whose names begin so. */
async function files(folder: string, head: string): Promise<string[]> {
  const names = await readdir(join(root, folder), { recursive: true })
  return names
    .filter((name) => (name.split('/').at(-1) ?? '').startsWith(head))
    .map((name) => join(root, folder, name))
}

beforeEach(() => {
  root = newFolder()
})
afterEach(async () => {
  await Promise.all(opened.splice(0).map((cache) => cache.close()))
  await rm(root, { recursive: true, force: true })
})

describe('a record that is damaged', () => {
  it.for<[string, (path: string) => Promise<void>]>([
    ['torn', async (path) => await truncate(path, 40)],
    ['empty', async (path) => await truncate(path, 0)],
    ['gone', async (path) => await rm(path)],
    [
      'changed by one bit',
      async (path) => {
        const bytes = await readFile(path)
        bytes[bytes.length - 3] = (bytes[bytes.length - 3] ?? 0) ^ 1
        await writeFile(path, bytes)
      },
    ],
    [
      'another file, behind a link',
      async (path) => {
        await writeFile(join(root, 'outside'), await readFile(path))
        await rm(path)
        await symlink(join(root, 'outside'), path)
      },
    ],
  ])('is a miss that is counted, and written over: %s', async ([, damage]) => {
    const cache = open()
    await cache.set('a', 'before')
    for (const path of await files('records', 'd.')) await damage(path)

    expect(await cache.get('a')).toBeUndefined()
    expect((await cache.stats()).undecodable).toBe(1)
    expect(await cache.getOrSet('a', () => 'after')).toBe('after')
    expect(await cache.get('a')).toBe('after')
  })
})

describe('generations', () => {
  it.for<[string, () => Promise<void>]>([
    ['lost', async () => await rm(join(root, 'generations'), { recursive: true })],
    [
      'damaged',
      async () => {
        for (const path of await files('generations', 'd.')) await truncate(path, 10)
      },
    ],
    [
      'without their data',
      async () => {
        for (const path of await files('generations', 'd.')) await rm(path)
      },
    ],
  ])(
    'that are %s make everything older invalid, for whoever opens the folder then',
    async ([, damage]) => {
      const cache = open()
      await cache.set('a', 1, { tags: ['t'] })
      await cache.invalidateTags(['t'])
      await cache.set('b', 2)
      await damage()

      const later = open()

      expect(await later.get('a')).toBeUndefined()
      expect(await later.get('b')).toBeUndefined()
      await later.set('c', 3)
      expect(await later.get('c')).toBe(3)
    },
  )

  it('of another run of the machine do not count: what reached the disk is anybody’s guess', async () => {
    const cache = open()
    await cache.set('a', 1)
    const [head = ''] = await files('generations', 'd.')
    const { openLetter, packLetter } = await import('../../../src/stores/file/letter.ts')
    const letter = openLetter(await readFile(head))
    const told = JSON.parse(String(letter?.bytes)) as { boot: string }
    const other = Buffer.from(JSON.stringify({ ...told, boot: 'another-run' }))
    await writeFile(head, packLetter('p', other))

    expect(await open().get('a')).toBeUndefined()
  })

  it('that were waited for until they had reached the disk count in every run', async () => {
    const cache = open({ fsync: true })
    await cache.set('a', 1)
    const [data = ''] = await files('generations', 'd.')

    expect(String(await readFile(data))).toContain('"boot":""')
    expect(await open({ fsync: true }).get('a')).toBe(1)
  })
})

describe('a full disk', () => {
  it('costs misses, not errors; what is told is true; and all is well when there is room again', async () => {
    let isFull = false
    const create: typeof systemDisk.create = async (path, bytes, synced) => {
      if (isFull) throw Object.assign(new Error('no space'), { code: 'ENOSPC' })
      await systemDisk.create(path, bytes, synced)
    }
    const cache = open({ disk: { ...systemDisk, create } })
    await cache.set('a', 1)
    isFull = true

    expect(await cache.getOrSet('b', () => 2)).toBe(2)
    expect(await cache.set('c', 3)).toBe(false)
    expect(await cache.invalidate('a')).toMatchObject({ applied: true })
    expect(await cache.invalidateTags(['t'])).toMatchObject({ applied: false })

    isFull = false
    await cache.set('c', 3)
    expect(await cache.get('c')).toBe(3)
    expect(await cache.get('a')).toBeUndefined()
  })

  it('rejects under onOutage throw, and says what to do', async () => {
    const create = async (): Promise<void> => {
      throw Object.assign(new Error('no space'), { code: 'ENOSPC' })
    }
    const cache = open({ disk: { ...systemDisk, create } }, { onOutage: 'throw' })

    await expect(cache.set('a', 1)).rejects.toMatchObject({
      code: 'E_STORE_REFUSED',
      message: expect.stringContaining('The disk is full') as string,
    })
  })
})

describe('a disk that does not answer', () => {
  it('is a timeout after the deadline', async () => {
    const list = async (): Promise<string[]> => await new Promise(() => {})
    const cache = open({ disk: { ...systemDisk, list }, timeoutMs: 20 }, { onOutage: 'throw' })

    await expect(cache.get('a')).rejects.toMatchObject({ code: 'E_STORE_TIMEOUT' })
  })
})

describe('a folder that is removed under a running process', () => {
  it('is made anew, and empty', async () => {
    const cache = open()
    await cache.set('a', 1)
    await rename(root, `${root}-gone`)

    expect(await cache.get('a')).toBeUndefined()
    await cache.set('a', 2)
    expect(await cache.get('a')).toBe(2)
    await rm(`${root}-gone`, { recursive: true })
  })
})

describe('an inbox that is removed', () => {
  it('is made anew, and messages arrive again', async () => {
    const cache = open()
    const twin = open()
    await cache.set('other', 1)
    await twin.set('other', 2)
    await rename(join(root, 'inboxes'), join(root, 'gone'))
    await mkdir(join(root, 'inboxes'), { mode: 0o700 })
    await expect.poll(async () => await readdir(join(root, 'inboxes'))).toHaveLength(2)

    const held = new HeldLoad<string>()
    const first = cache.getOrSet('a', held.load)
    await held.started()
    await twin.invalidate('a')
    await expect.poll(() => held.signals[0]?.aborted).toBe(true)
    held.finish('old')
    held.finish('new', 1)
    await first
  })
})
