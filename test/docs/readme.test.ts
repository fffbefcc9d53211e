import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '../..')
const readme = readFileSync(join(root, 'README.md'), 'utf8')
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  exports: Record<string, unknown>
  scripts: Record<string, string>
}

describe('the README', () => {
  it('lists every subpath that can be imported, and none that cannot', () => {
    const cells = [...readme.matchAll(/^\| (`breakwater[^|]*)\|/gm)].map(
      ([, cell]) => cell as string,
    )
    const listed = cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name))
    const exported = Object.keys(manifest.exports)
      .filter((path) => path !== './package.json')
      .map((path) => path.replace(/^\./, 'breakwater'))

    expect(new Set(listed)).toEqual(new Set(exported))
    expect(listed).toHaveLength(exported.length)
  })

  it('names commands that exist', () => {
    const commands = [...readme.matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name as string)

    expect(commands.filter((name) => !(name in manifest.scripts))).toEqual([])
  })

  it('links and shows files that exist', () => {
    const targets = [...readme.matchAll(/\]\(([^)#]+)\)/g)].map(([, target]) => target as string)

    expect(
      targets.filter((target) => !target.startsWith('http') && !existsSync(join(root, target))),
    ).toEqual([])
  })
})
