import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Caches, createCaches } from '../../src/config/create-caches.ts'
import { file } from '../../src/stores/file/index.ts'
import { breakwater, inTerminal, type Ran } from './breakwater.ts'

const NEWS = '\u001b]0;owned\u0007\u202e'

describe('commands on entries', () => {
  let folder: string
  let caches: Caches<'default' | 'secrets'>

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'breakwater-cli-'))
    const path = join(folder, 'entries')
    caches = createCaches({
      default: { store: file(path), prefix: 'shop', ttl: '1h' },
      secrets: { store: file(path), prefix: 'secret' },
    })
    const modules = ['index', 'stores/file/index', 'codec/encrypted'].map(
      (name) => pathToFileURL(resolve(`dist/${name}.js`)).href,
    )
    const [core = '', files = ''] = modules
    await writeFile(
      join(folder, 'cache.config.mjs'),
      `import { createCaches } from '${core}'
import { file } from '${files}'
const store = file(${JSON.stringify(path)})
const keys = ['${Buffer.alloc(32, 7).toString('base64')}']
export const caches = createCaches({
  default: { store, prefix: 'shop' },
  secrets: { store, prefix: 'secret', sensitive: true, encrypt: { keys } },
})
// What an application leaves open must not keep the command running.
setInterval(() => {}, 1000)
`,
    )
    const { default: cache } = caches
    await cache.set('product:7', { name: 'Lamp', price: 1990 }, { tags: ['product', 'hall'] })
    await cache.set('product:8', ['a', 'b'], { ttl: 'forever', tags: ['product'] })
    await cache.set('evil', NEWS)
    await cache.set(`evil:${NEWS}`, 1)
    await cache.set('x'.repeat(300), 'long')
    await cache.namespace('tenant').set('product:7', 'theirs')
  })
  afterAll(async () => {
    await caches.close()
    await rm(folder, { recursive: true, force: true })
  })

  const run = async (...args: string[]): Promise<Ran> => await breakwater(args, { cwd: folder })

  it('finds the configuration of the folder, and lists keys with what is known of them', async () => {
    const { code, stderr, stdout } = await run('keys', 'product:*')

    expect(stdout.split('\n').toSorted()).toEqual([
      '',
      expect.stringMatching(/^KEY +TTL +SIZE +TYPE +TAGS$/),
      expect.stringMatching(
        /^product:7 +(1\.0 h|60\.0 min|59\.\d min) +\d+ B +object +product hall$/,
      ),
      expect.stringMatching(/^product:8 +forever +\d+ B +list of 2 +product$/),
    ])
    expect([code, stderr]).toEqual([0, '2 keys\n'])
  })

  it('lists keys for programs: one to a line, or as JSON; and no more than asked for', async () => {
    const [plain, json, limited] = await Promise.all([
      run('keys', 'product:*', '--plain'),
      run('keys', 'product:8', '--json'),
      run('keys', '--limit', '1', '--plain'),
    ])

    expect(plain.stdout.split('\n').toSorted()).toEqual(['', 'product:7', 'product:8'])
    expect(JSON.parse(json.stdout)).toEqual([
      {
        key: 'product:8',
        ttlMs: null,
        stale: false,
        tags: ['product'],
        bytes: 9,
        type: 'list of 2',
      },
    ])
    expect(limited.stdout.trim().split('\n')).toHaveLength(1)
    expect(limited.stderr).toContain('There are more')
  })

  it('shows a value as it is decoded, for people and for programs', async () => {
    const [shown, json, raw, inside, long] = await Promise.all([
      run('get', 'product:7'),
      run('get', 'product:7', '--json'),
      run('get', 'evil', '--raw'),
      run('get', 'product:7', '--namespace', 'tenant', '--raw'),
      run('get', 'x'.repeat(300), '--raw'),
    ])

    expect(shown.stdout).toContain("{ name: 'Lamp', price: 1990 }")
    expect(shown.stdout).toMatch(/tags +product {2}hall\n/)
    expect(JSON.parse(json.stdout)).toMatchObject({
      found: true,
      wire: 'shop:1:product:7',
      value: { name: 'Lamp', price: 1990 },
    })
    expect([raw.stdout, inside.stdout, long.stdout]).toEqual([NEWS, 'theirs', 'long'])
  })

  it('lets nothing that is stored act on the terminal', async () => {
    const [keys, value, json, terminal] = await Promise.all([
      run('keys', 'evil*'),
      run('get', 'evil'),
      run('get', 'evil', '--json'),
      inTerminal(['get', 'evil', '--raw'], { cwd: folder }),
    ])

    for (const { stdout } of [keys, value, json]) expect(stdout).not.toMatch(/[\u001b\u0007\u202e]/)
    expect(value.stdout).toContain('\\u202e')
    expect(JSON.parse(json.stdout)).toMatchObject({ value: NEWS })
    expect(terminal.stdout).toContain('\\x1b]0;owned\\x07\\u202e')
    expect(terminal.stdout).not.toContain('\u202e')
  })

  it('shows no value of a sensitive cache unless it is told to', async () => {
    const config = join(folder, 'cache.config.mjs')
    const program = `const { caches } = await import(${JSON.stringify(pathToFileURL(config).href)})
await caches.secrets.set('card', '4711'); await caches.close(); process.exit()`
    const { execFileSync } = await import('node:child_process')
    execFileSync(process.execPath, ['--input-type=module', '-e', program])

    const args = ['get', 'card', '--alias', 'secrets']
    const [hidden, json, raw, shown] = await Promise.all([
      run(...args),
      run(...args, '--json'),
      run(...args, '--raw'),
      run(...args, '--show-sensitive'),
    ])

    for (const { stderr, stdout } of [hidden, json, raw])
      expect(stdout + stderr).not.toContain('4711')
    expect(JSON.parse(json.stdout)).toMatchObject({ found: true, hidden: true })
    expect(hidden.stderr).toContain('sensitive')
    expect(shown.stdout).toContain('4711')
  })

  it('says how long a value is fresh, and ends with 1 where there is none', async () => {
    const [ttl, forever, none] = await Promise.all([
      run('ttl', 'product:7', '--json'),
      run('ttl', 'product:8'),
      run('ttl', 'product:9'),
    ])

    expect(JSON.parse(ttl.stdout)).toMatchObject({ found: true, stale: false })
    expect(forever).toEqual({ code: 0, stdout: 'forever\n', stderr: '' })
    expect([none.code, none.stdout]).toEqual([1, ''])
  })

  it('removes nothing in a dry run, and says what would go', async () => {
    const dry = await Promise.all([
      run('delete', 'product:7', 'product:9', '--dry-run'),
      run('purge', '--tag', 'product', '--dry-run'),
      run('purge', '--prefix', 'product:', '--dry-run'),
      run('clear', 'default', '--dry-run', '--json'),
      run('clear', 'default', '--namespace', 'tenant', '-n'),
    ])
    const [deleted, tagged, prefixed, cleared, namespaced] = dry

    expect(deleted).toEqual({ code: 0, stdout: 'product:7\n', stderr: '1 of 2 keys would go.\n' })
    expect(tagged?.stdout.split('\n').toSorted()).toEqual(['', '1:product:7', '1:product:8'])
    expect(prefixed?.stderr).toBe('default: 2 keys would go (pattern product:*).\n')
    expect(JSON.parse(cleared?.stdout ?? '')).toMatchObject({ dryRun: true, removed: 6 })
    expect(namespaced?.stdout).toBe('1:tenant>product:7\n')
    expect(await caches.default.get('product:7')).toBeDefined()
  })

  it('removes nothing where nobody can be asked, and ends with 3', async () => {
    const refused = await Promise.all([
      run('delete', 'product:7'),
      run('purge', '--tag', 'product'),
      run('purge', '--pattern', '*'),
      run('clear', '--all'),
    ])

    expect(refused.map(({ code }) => code)).toEqual([3, 3, 3, 3])
    for (const { stderr } of refused) expect(stderr).toContain('say --yes')
    expect(await caches.default.get('product:7')).toBeDefined()
  })

  it('asks in a terminal, and takes no for an answer', async () => {
    let answered = false
    const { code, stdout } = await inTerminal(['delete', 'product:7'], {
      cwd: folder,
      keys(shown) {
        if (answered || !shown.includes('[y/N]')) return undefined
        answered = true
        return 'n\r'
      },
    })

    expect(stdout).toContain("Remove 1 key from 'default'? [y/N]")
    expect(code).toBe(3)
    expect(await caches.default.get('product:7')).toBeDefined()
  })

  it('removes what it was told to, when it was told so', async () => {
    const { default: cache } = caches
    await cache.setMany({ 'a:1': 1, 'a:2': 2, 'a*3': 3, b: 4 }, { tags: ['gone'] })
    await cache.set('c', 5, { tags: ['c'] })

    expect(await run('delete', 'b', '--yes', '--json')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('"removed": 1'),
    })
    expect((await run('purge', '--prefix', 'a*', '--yes')).stderr).toContain('1 key removed')
    expect((await run('purge', '--pattern', 'a:?', '--yes')).stderr).toContain('2 keys removed')
    expect((await run('purge', '--tag', 'c,d', '--yes')).code).toBe(0)
    expect(await cache.getMany(['a:1', 'a:2', 'a*3', 'b', 'c'])).toEqual(new Map())
    expect(await cache.get('product:7')).toBeDefined()

    expect((await run('clear', 'default', '--namespace', 'tenant', '-y')).code).toBe(0)
    expect(await cache.namespace('tenant').get('product:7')).toBeUndefined()
    expect(await cache.get('product:7')).toBeDefined()
    await run('clear', 'default', '--yes')
    expect(await cache.get('product:7')).toBeUndefined()
  })
})
