import { beforeAll, describe, expect, it } from 'vitest'
import { brokenLayers } from './planted-tree.ts'

/** What the planted files import. Each holds a value and a type, and breaks nothing. */
const FLOOR = [
  'src/base/floor.ts',
  'src/codec/floor.ts',
  'src/stores/memory/floor.ts',
  'src/stores/null/floor.ts',
  'src/stores/redis/floor.ts',
  'src/tiers/floor.ts',
  'src/cache/floor.ts',
  'src/config/floor.ts',
  'src/http/floor.ts',
  'src/http/adapters/node/floor.ts',
  'src/http/adapters/hono/floor.ts',
  'src/fragments/floor.ts',
  'src/fragments/adapters/nunjucks/floor.ts',
  'src/drop-ins/floor.ts',
  'src/drop-ins/adapters/keyv/floor.ts',
  'src/drop-ins/adapters/unstorage/floor.ts',
  'src/data/floor.ts',
  'src/sessions/floor.ts',
  'src/dashboard/floor.ts',
  'src/django/floor.ts',
  'src/next/floor.ts',
  'src/cli/floor.ts',
  'src/metrics/floor.ts',
  'src/metrics/prometheus/floor.ts',
  'src/testing/floor.ts',
]

/** `[folder that imports, what it imports, how]`; how is `value` unless said. */
type Arrow = readonly [from: string, to: string, how?: keyof typeof HOW]

const HOW = {
  value: (to: string) => `import { a } from '${to}'\nexport const b: number = a`,
  type: (to: string) => `import type { A } from '${to}'\nexport type B = A`,
  'inline type': (to: string) => `export type B = import('${to}').A`,
  dynamic: (to: string) => `export const b: Promise<unknown> = import('${to}')`,
  're-export': (to: string) => `export { a } from '${to}'`,
  'star re-export': (to: string) => `export * from '${to}'`,
  require: (to: string) => `export const b: unknown = require('${to}')`,
}

const FORBIDDEN: readonly Arrow[] = [
  // Up, in every way that an import can be written.
  ['base', 'codec'],
  ['codec', 'cache', 'type'],
  ['codec', 'cache', 'inline type'],
  ['codec', 'stores/memory', 'dynamic'],
  ['tiers', 'cache', 're-export'],
  ['tiers', 'cache', 'star re-export'],
  ['stores/redis', 'tiers', 'require'],
  ['cache', 'http', 'dynamic'],
  ['cache', 'config'],
  ['cache', 'testing'],
  ['http', 'http/adapters/node'],
  ['http', 'config'],
  ['metrics', 'metrics/prometheus'],
  // Siblings.
  ['stores/redis', 'stores/memory'],
  ['tiers', 'stores/redis'],
  ['cache', 'stores/memory'],
  ['http', 'fragments'],
  ['fragments', 'http'],
  ['data', 'sessions'],
  ['sessions', 'data'],
  ['cli', 'dashboard'],
  ['next', 'http', 'type'],
  ['django', 'stores/redis'],
  ['django', 'cache', 'type'],
  ['http/adapters/hono', 'http/adapters/express'],
  ['http/adapters/node', 'http/adapters/hono'],
  ['fragments/adapters/nunjucks', 'http'],
  ['fragments/adapters/nunjucks', 'http/adapters/node'],
  ['drop-ins', 'http'],
  ['drop-ins/adapters/keyv', 'drop-ins/adapters/unstorage'],
  // What each may not know although it lies below.
  ['metrics', 'cache', 'type'],
  ['metrics/prometheus', 'cache'],
  ['testing', 'stores/memory'],
  ['dashboard', 'stores/memory'],
  ['config', 'http'],
  ['next', 'cache', 'type'],
  // Third parties outside the one folder that adapts them, installed or not.
  ['base', '@redis/client'],
  ['cache', '@redis/client', 'dynamic'],
  ['stores/memory', '@redis/client', 'type'],
  ['django', 'msgpackr'],
  ['http', 'hono'],
  ['http/adapters/hono', 'express'],
  ['http/adapters/express', 'hono', 'type'],
  ['drop-ins/adapters/keyv', 'keyv', 'type'],
  ['stores/redis', 'some-client-nobody-declared'],
  ['testing', 'vitest'],
  // Not even ourselves by name: it would load a second copy from the build.
  ['http/adapters/hono', 'breakwater'],
]

const ALLOWED: readonly Arrow[] = [
  ['base', 'node:crypto'],
  ['codec', 'base'],
  ['stores/redis', 'codec', 'type'],
  ['stores/redis', '@redis/client', 'type'],
  ['stores/redis', '@redis/client', 'dynamic'],
  ['tiers', 'codec'],
  ['tiers', 'stores/memory'],
  ['cache', 'tiers'],
  ['cache', 'codec', 'inline type'],
  ['http', 'cache'],
  ['fragments', 'cache'],
  ['data', 'cache'],
  ['sessions', 'cache'],
  ['dashboard', 'cache'],
  ['dashboard', 'http'],
  ['dashboard', 'metrics'],
  ['django', 'codec'],
  ['next', 'base'],
  ['cli', 'cache'],
  ['cli', 'config'],
  ['http/adapters/hono', 'http'],
  ['http/adapters/hono', 'hono'],
  ['http/adapters/express', 'http/adapters/node'],
  ['http/adapters/express', 'express', 'type'],
  ['fragments/adapters/nunjucks', 'fragments'],
  ['drop-ins', 'cache'],
  ['drop-ins/adapters/keyv', 'drop-ins'],
  ['metrics', 'base'],
  ['metrics/prometheus', 'metrics'],
  ['testing', 'cache'],
  ['testing', 'http'],
  ['config', 'stores/redis'],
]

describe('the layers of src', () => {
  let broken: Map<string, string[]>
  const files: Record<string, string> = {}
  for (const path of FLOOR) files[path] = 'export const a = 1\nexport type A = number\n'
  for (const arrow of [...FORBIDDEN, ...ALLOWED]) files[fileOf(arrow)] = textOf(arrow)
  files['src/http/adapters/express/floor.ts'] = 'export const a = 1\n'
  files['src/index.ts'] =
    `export * from './config/floor.ts'\nexport { a } from './stores/memory/floor.ts'\n`
  files['src/leftover.ts'] = 'export const a = 1\n'
  files['src/extras/leftover.ts'] = 'export const a = 1\n'
  files['src/cache/chicken.ts'] = `import { egg } from './egg.ts'\nexport const chicken = [egg]\n`
  files['src/cache/egg.ts'] =
    `import { chicken } from './chicken.ts'\nexport const egg = [chicken]\n`

  beforeAll(async () => {
    broken = await brokenLayers(files)
  })

  it.for(FORBIDDEN.map(titled))('refuse %s', ([, arrow]) => {
    expect(broken.get(fileOf(arrow))).toEqual(['boundaries(dependencies)'])
  })

  it.for(ALLOWED.map(titled))('allow %s', ([, arrow]) => {
    expect(broken.get(fileOf(arrow))).toBeUndefined()
  })

  it('let the root export the core and no subpath', async () => {
    expect(broken.get('src/index.ts')).toBeUndefined()

    const greedy = await brokenLayers({
      ...Object.fromEntries(FLOOR.map((path) => [path, 'export const a = 1\n'])),
      'src/index.ts': `export * from './http/floor.ts'\nexport * from './stores/redis/floor.ts'\n`,
    })

    expect(greedy.get('src/index.ts')).toEqual(Array(2).fill('boundaries(dependencies)'))
  })

  it('refuse a file that belongs to no layer', () => {
    expect(broken.get('src/leftover.ts')).toEqual(['boundaries(no-unknown-files)'])
    expect(broken.get('src/extras/leftover.ts')).toEqual(['boundaries(no-unknown-files)'])
  })

  it('refuse a cycle within a layer', () => {
    expect(broken.get('src/cache/chicken.ts')).toContain('import(no-cycle)')
  })

  it('find nothing in the files that the planted ones import', () => {
    expect(FLOOR.filter((path) => broken.has(path))).toEqual([])
  })
})

function titled(arrow: Arrow): [title: string, arrow: Arrow] {
  const [from, to, how = 'value'] = arrow
  return [`src/${from} -> ${to} (${how})`, arrow]
}

function fileOf([from, to, how = 'value']: Arrow): string {
  return `src/${from}/to-${`${to}-${how}`.replace(/[^a-z]+/g, '-')}.ts`
}

function textOf([from, to, how = 'value']: Arrow): string {
  const isFolder = FLOOR.some((path) => path === `src/${to}/floor.ts`) || to.includes('adapters/')
  const up = '../'.repeat(from.split('/').length)
  return `${HOW[how](isFolder ? `${up}${to}/floor.ts` : to)}\n`
}
