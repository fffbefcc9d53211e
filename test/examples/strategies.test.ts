import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { DocPage } from '../docs/doc-page.ts'

const root = join(import.meta.dirname, '../..')
const names = readdirSync(join(root, 'docs/strategies')).map((file) => file.replace('.md', ''))

/** What an example prints. */
async function printed(program: string): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [join(root, '.build', program)])
  return stdout.trim()
}

describe('the example of each strategy', () => {
  it('has a page', () => {
    const examples = readdirSync(join(root, 'examples/strategies'))
      .map((file) => file.replace('.ts', ''))
      .filter((name) => name !== 'shop')

    expect(examples).toEqual(names)
  })

  it.each(names)('prints what the page of %s says', async (name) => {
    const shown = new DocPage(`strategies/${name}.md`).text('text')

    expect(shown.trim()).toBe(await printed(`examples/strategies/${name}.js`))
  })
})

const CACHE = `import { createCaches } from 'breakwater'
const caches = createCaches()
const cache = caches.default
interface Product { id: number; price: number; version: number }
let loads = 0
let version = 2
const row = async (id: number, price = 100) => ({ id, price, version: version++ })
const db = {
  product: (id: number) => (loads++, row(id)),
  changePrice: (id: number, price: number) => row(id, price),
  search: async () => (loads++, [{ id: 3 }]),
}
`

/** The code of each page with what it leaves to its reader, and what is seen then. */
const PAGES: Readonly<Record<string, { before?: string; after: string; seen: unknown }>> = {
  'event-based': {
    before: `import { trackChanges } from 'breakwater/data'
      import { schemaOf, trackSqlite } from 'breakwater/sqlite'
      import Database from 'better-sqlite3'
      import { createCaches } from 'breakwater'
      interface Product { price: number }
      const id = 3
      const database = new Database(':memory:')
      database.exec('create table products (id integer primary key, price integer); insert into products values (3, 100)')
      `,
    after: `const [again] = await tracked.cached('select * from products where id = ?', [id])
      tracked.close()
      export const seen = [row.price, again.price]`,
    seen: [100, 90],
  },
  'stampede-prevention': {
    before: `${CACHE}const bestSellers = async () => ++loads\n`,
    after:
      'export const seen = new Set(await Promise.all(Array.from({ length: 100 }, () => best.get())))',
    seen: new Set([1]),
  },
  tags: {
    after: `for (const tag of ['product:3', 'product:4']) {
        await search.get('tent', 1)
        await cache.invalidateTags([tag])
      }
      await search.get('tent', 1)
      export const seen = loads`,
    seen: 2,
  },
  'time-based': {
    after: 'export const seen = [await product.get(7), await product.get(7)]',
    seen: [2, 2].map((version) => ({ id: 7, price: 100, version })),
  },
  'version-based': {
    before: `${CACHE}const render = (row: Product) => \`<\${row.version}>\`\n`,
    after: `const old = { id: 7, price: 100, version: 2 }
      export const seen = [await card.get(await db.product(7)), await card.get(old), card.key(old)]`,
    seen: ['<3>', '<2>', 'product:7:%{version=2}'],
  },
  'write-through': {
    after: `await new Products().changePrice(7, 90)
      export const seen = [(await product.get(7)).price, loads]`,
    seen: [90, 0],
  },
}

describe('the code of each strategy’s page', () => {
  it.each(names)('runs as it stands there: %s', async (name) => {
    const { before = CACHE, after, seen } = PAGES[name] as (typeof PAGES)[string]
    const page = new DocPage(`strategies/${name}.md`)

    const module = await page.run([0], { before, after })

    expect(module['seen']).toEqual(seen)
  })
})

describe('the comparison of strategies', () => {
  it('is as the benchmark prints it today', async () => {
    const shown = new DocPage('strategies.md').text('text')

    expect(shown.trim()).toBe(await printed('bench/strategies.js'))
  })
})
