import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { generate, subpathOf, subpaths } from '../../scripts/exports.mjs'
import { root, run } from '../../scripts/run.mjs'

const trees: string[] = []

afterEach(() => {
  for (const tree of trees.splice(0)) rmSync(tree, { recursive: true })
})

/** A src folder with these files in it. */
function src(...files: readonly string[]): string {
  const tree = mkdtempSync(join(tmpdir(), 'breakwater-src-'))
  trees.push(tree)
  for (const file of files) {
    mkdirSync(dirname(join(tree, file)), { recursive: true })
    writeFileSync(join(tree, file), 'export {}\n')
  }
  return tree
}

describe('subpathOf', () => {
  it.for([
    ['', '.'],
    ['http', './http'],
    ['testing', './testing'],
    ['dashboard', './dashboard'],
    ['stores/redis', './redis'],
    ['codec/django', './django'],
    ['http/adapters/hono', './hono'],
    ['fragments/adapters/nunjucks', './nunjucks'],
    ['data/adapters/prisma', './prisma'],
    ['sessions/adapters/express', './sessions/express'],
    ['metrics/prometheus', './metrics/prometheus'],
  ] as const)('makes of src/%s the subpath %s', ([folder, subpath]) => {
    expect(subpathOf(folder)).toBe(subpath)
  })
})

describe('subpaths', () => {
  it('takes each folder that has an index.ts, and no other', () => {
    const tree = src('index.ts', 'base/key.ts', 'stores/redis/index.ts', 'stores/memory/store.ts')

    expect([...subpaths(tree)]).toEqual([
      ['.', ''],
      ['./redis', 'stores/redis'],
    ])
  })

  it('refuses two folders that would be one subpath, naming both', () => {
    const tree = src('stores/pg/index.ts', 'data/adapters/pg/index.ts')

    expect(() => subpaths(tree)).toThrow(/data\/adapters\/pg and src\/stores\/pg .*'\.\/pg'/)
  })

  it.for(['base', 'cache', 'stores/memory'])('refuses an index.ts in src/%s', (folder) => {
    expect(() => subpaths(src(`${folder}/index.ts`))).toThrow(/internal/)
  })
})

describe('generate', () => {
  it('points types and code at the build, and the editor at the source', () => {
    const { exports, paths, bin } = generate(src('index.ts', 'http/adapters/hono/index.ts'))

    expect(exports).toEqual({
      '.': { types: './dist/index.d.ts', default: './dist/index.js' },
      './hono': {
        types: './dist/http/adapters/hono/index.d.ts',
        default: './dist/http/adapters/hono/index.js',
      },
      './package.json': './package.json',
    })
    expect(paths).toEqual({
      breakwater: ['./src/index.ts'],
      'breakwater/hono': ['./src/http/adapters/hono/index.ts'],
    })
    expect(bin).toBeUndefined()
  })

  it('adds the command when there is one', () => {
    expect(generate(src('index.ts', 'cli/main.ts')).bin).toEqual({
      breakwater: './dist/cli/main.js',
    })
  })
})

describe('the exports of this package', () => {
  it('follow its folders', async () => {
    const { code, output } = await run('node', [join(root, 'scripts/exports.mjs'), '--check'])

    expect(output).toBe('')
    expect(code).toBe(0)
  })
})
