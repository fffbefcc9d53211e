import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '../..')
const names = readdirSync(join(root, 'src/drop-ins/adapters'))

function textOf(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}

describe.each(names)('the page of %s', (name) => {
  const page = textOf(`docs/drop-ins/${name}.md`)

  it('names tests that there are', () => {
    const tests = textOf(`test/drop-ins/${name}.test.ts`)
    const [, proof = ''] = page.split('## Proof')
    const rows = [...proof.matchAll(/^\| (?!Its test|---)(.+) \| (.+) \|$/gm)]

    expect(rows.filter(([, , ours]) => !tests.includes(`'${ours}'`))).toEqual([])
  })
})

describe('the page of all drop-ins', () => {
  const page = textOf('docs/drop-ins.md')

  it('links the page of each', () => {
    expect(names.filter((name) => !page.includes(`(drop-ins/${name}.md)`))).toEqual([])
  })

  it('tells how many tests of each published suite must have passed', () => {
    const told = [...page.matchAll(/^\| `[^|]+\| (\d+) \| memory, Redis \|$/gm)].map(([, n]) => n)
    const demanded = ['keyv', 'bentocache'].map((name) => {
      return /^const PUBLISHED = (\d+)$/m.exec(textOf(`test/drop-ins/${name}-suite.test.ts`))?.[1]
    })

    expect(told).toEqual(demanded)
  })

  it('tells how many tests are covered', () => {
    const rowsOf = (name: string): number => {
      const [, proof = ''] = textOf(`docs/drop-ins/${name}.md`).split('| Its test | Ours |')
      return [...proof.matchAll(/^\| (?!---)/gm)].length
    }

    expect(page).toContain(`| ${rowsOf('unstorage')} of 15 |`)
    expect(page).toContain(`| ${rowsOf('cache-manager')} | [cache-manager]`)
    expect(page).toContain(
      `| 7 of 8, and ${rowsOf('express-rate-limit') - 7} of its middleware’s |`,
    )
  })
})
