import { chmod, mkdir, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { storeFromUrl } from '../../../src/config/url.ts'
import { createCaches, type Cache } from '../../../src/index.ts'
import { file, type FileOptions } from '../../../src/stores/file/index.ts'
import { newFolder } from './open-files.ts'

let root: string
let cache: Cache | undefined

function open(folder: string | URL = root, options: FileOptions = {}): Cache {
  cache = createCaches({ default: { store: file(folder, options), onOutage: 'throw' } }).default
  return cache
}

beforeEach(() => {
  root = newFolder()
})
afterEach(async () => {
  await cache?.close()
  cache = undefined
  await rm(root, { recursive: true, force: true })
})

describe('the folder', () => {
  it('is made for its user alone, and so is everything in it', async () => {
    await open(join(root, 'in', 'depth')).set('a', 1)

    const names = await readdir(root, { recursive: true })
    const modes = await Promise.all(
      names.map(async (name) => {
        const stats = await stat(join(root, name))
        return `${stats.isDirectory() ? 'folder' : 'file'} ${(stats.mode & 0o777).toString(8)}`
      }),
    )
    expect(new Set(modes)).toEqual(new Set(['folder 700', 'file 600']))
  })

  it('keeps its entries for the next process', async () => {
    await open().set('a', 1)
    await cache?.close()

    expect(await open().get('a')).toBe(1)
  })

  it('may be there already, and empty', async () => {
    await mkdir(root)

    await open().set('a', 1)

    expect(await cache?.get('a')).toBe(1)
  })

  it.for<[string, () => Promise<void>, RegExp]>([
    [
      'it holds something else',
      async () => {
        await mkdir(root)
        await writeFile(join(root, 'letters.txt'), 'Dear')
      },
      /letters\.txt.*breakwater-file-store/,
    ],
    ['it is a file', async () => await writeFile(root, ''), /EEXIST|no folder/],
    [
      'others may write in it',
      async () => {
        await mkdir(root)
        await chmod(root, 0o777)
      },
      /chmod 700/,
    ],
    [
      'it is a link',
      async () => {
        await mkdir(`${root}-other`)
        await symlink(`${root}-other`, root)
      },
      /link/,
    ],
    [
      'a link leads out of it',
      async () => {
        await mkdir(root)
        await writeFile(join(root, 'breakwater-file-store'), '')
        await symlink('/tmp', join(root, 'records'))
      },
      /link/,
    ],
  ])('is refused and left as it is when %s', async ([, prepare, message]) => {
    await prepare()

    await expect(open().set('a', 1)).rejects.toThrow(message)
    await rm(`${root}-other`, { recursive: true, force: true })
  })

  it('that is refused costs misses by default', async () => {
    await mkdir(root)
    await writeFile(join(root, 'letters.txt'), 'Dear')
    cache = createCaches({ default: { store: file(root) } }).default

    expect(await cache.getOrSet('a', () => 1)).toBe(1)
    expect(await readdir(root)).toEqual(['letters.txt'])
  })
})

describe('file()', () => {
  it.for<[string, string, object, string, RegExp]>([
    ['a relative path', 'cache', {}, 'E_OPTION', /absolute path/],
    ['nothing', '', {}, 'E_OPTION', /absolute path/],
    ['an address of another machine', 'file://host/x', {}, 'E_URL', /file:\/\/\//],
    ['too small a bound', '/x', { maxBytes: '4kb' }, 'E_OPTION', /1mb/],
    ['an unknown option', '/x', { maxByte: 1 }, 'E_OPTION', /maxBytes/],
    ['neither true nor false', '/x', { fsync: 'yes' }, 'E_OPTION', /true or false/],
    ['no time at all', '/x', { timeout: '0s' }, 'E_OPTION', /timeout/],
  ])('refuses %s', ([, folder, options, code, message]) => {
    const act = (): unknown => file(folder, options)

    expect(act).toThrow(expect.objectContaining({ code }) as Error)
    expect(act).toThrow(message)
  })

  it('is also an address, with options of the store and of the alias', async () => {
    const { definition, options } = storeFromUrl(`file://${root}?maxBytes=2mb&fsync=true&ttl=15m`)
    cache = createCaches({ default: { store: definition, ...options } }).default
    await cache.set('a', 1)

    expect(options).toEqual({ ttl: '15m' })
    expect((await cache.stats()).maxBytes).toBe(2 * 1024 ** 2)
  })
})
