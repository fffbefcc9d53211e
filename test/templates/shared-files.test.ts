import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { root } from '../../scripts/run.mjs'

const templates = join(root, 'templates')
const names = readdirSync(templates)

/** The text of a file in all templates that have it. */
const texts = (file: string): string[] =>
  names
    .filter((name) => readdirSync(join(templates, name, 'src')).includes(file))
    .map((name) => readFileSync(join(templates, name, 'src', file), 'utf8'))

describe('templates', () => {
  // One of them is tested on its embedded database, the others on servers: what is the same must stay so.
  it.for(['admin.ts', 'cache.ts', 'embedded.ts', 'html.ts', 'schema.ts'])(
    'have the same src/%s',
    (file) => {
      const [first, ...others] = texts(file)

      expect(others).not.toEqual([])
      expect(new Set(others)).toEqual(new Set([first]))
    },
  )

  it('have each a test', () => {
    const tests = readdirSync(import.meta.dirname)

    expect(tests).toEqual(expect.arrayContaining(names.map((name) => `${name}.test.ts`)))
  })

  it('are linked from the page on which one starts', () => {
    const page = readFileSync(join(root, 'docs/start.md'), 'utf8')

    for (const name of names) expect(page).toContain(`](../templates/${name}/README.md)`)
  })
})
