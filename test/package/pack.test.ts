import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { specifierOf, subpaths } from '../../scripts/exports.mjs'
import { root, run } from '../../scripts/run.mjs'

const specifiers = [...subpaths(join(root, 'src')).keys()].map(specifierOf)

/** Imports specifiers, one after the other, and says of each how that went, as JSON on stdout. */
const IMPORT = `
const outcomes = []
for (const specifier of process.argv.slice(1)) {
  try {
    outcomes.push([specifier, { names: Object.keys(await import(specifier)) }])
  } catch (error) {
    outcomes.push([specifier, { code: error.code, message: error.message }])
  }
}
console.log(JSON.stringify(outcomes))`

interface Outcome {
  readonly names?: readonly string[]
  readonly code?: string
  readonly message?: string
}

describe('the package, installed in an empty project', () => {
  let project: string
  /** In one process for all: there is nothing that one could load and another would miss. */
  let outcomes: ReadonlyMap<string, Outcome>

  beforeAll(async () => {
    project = await mkdtemp(join(tmpdir(), 'breakwater-consumer-'))
    const pack = await run('npm', ['pack', '--ignore-scripts', '--pack-destination', project])
    expect(pack.code, pack.output).toBe(0)

    await writeFile(join(project, 'package.json'), '{ "type": "module", "private": true }')
    const tarball = (await readdir(project)).find((name) => name.endsWith('.tgz')) ?? 'no tarball'
    const flags = ['--offline', '--no-audit', '--no-fund']
    const install = await run('npm', ['install', ...flags, `./${tarball}`], { cwd: project })
    expect(install.code, install.output).toBe(0)
    outcomes = await importing(...specifiers)
  }, 180_000)

  afterAll(async () => {
    await rm(project, { recursive: true, force: true })
  })

  async function importing(...names: readonly string[]): Promise<Map<string, Outcome>> {
    const args = ['--input-type=module', '--eval', IMPORT, ...names]
    const { output } = await run('node', args, { cwd: project })
    return new Map(JSON.parse(output) as [string, Outcome][])
  }

  it('brings nothing but itself', async () => {
    const installed = await readdir(join(project, 'node_modules'))

    expect(installed.filter((name) => !name.startsWith('.'))).toEqual(['breakwater'])
  })

  it('asks for no peer, and for no dependency that is not there', async () => {
    const text = await readFile(join(project, 'node_modules/breakwater/package.json'), 'utf8')

    expect(JSON.parse(text)).not.toHaveProperty('peerDependencies')
    expect(JSON.parse(text)).not.toHaveProperty('dependencies')
  })

  it('has no file of ours that users do not need', async () => {
    const files = await readdir(join(project, 'node_modules/breakwater'))

    const wanted = ['CHANGELOG.md', 'LICENSE', 'README.md', 'dist', 'package.json', 'src']
    expect(files.filter((name) => !wanted.includes(name))).toEqual([])
  })

  it('is imported without any client of a store or framework', async () => {
    const alone = await importing('breakwater')

    expect(alone.get('breakwater')).toHaveProperty('names')
  })

  it.for(specifiers)('%s is imported, or says what to install', (specifier) => {
    const outcome = outcomes.get(specifier)

    if (outcome?.names === undefined) {
      expect(outcome?.code).toBe('E_CLIENT_MISSING')
      expect(outcome?.message).toMatch(/npm (i|install) /)
    } else {
      expect(outcome.code).toBeUndefined()
    }
  })

  it('keeps its folders to itself', async () => {
    const inside = 'breakwater/dist/index.js'

    expect((await importing(inside)).get(inside)).toMatchObject({
      code: 'ERR_PACKAGE_PATH_NOT_EXPORTED',
    })
  })
})
