// Compiles what users write against the package, as it is built, with the three latest majors of TypeScript: every subpath
// with nothing of our declarations spared, and the tests of types. Each compiler is fetched through npm, as two of them in one
// project fight for the name `tsc`.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { EMPTY, inProject, install, packed } from './consumer.mjs'
import { specifierOf, subpaths } from './exports.mjs'
import { fetched } from './fetched.mjs'
import { isMain, root, run } from './run.mjs'

const MAJORS = ['5', '6', '7']

/** @param {string} resolution of modules @param {boolean} skipLibCheck @param {string} include */
function config(resolution, skipLibCheck, include) {
  return JSON.stringify({
    compilerOptions: {
      target: 'es2023',
      lib: ['es2023', 'es2024.string', 'esnext.disposable'],
      module: resolution === 'nodenext' ? 'nodenext' : 'esnext',
      moduleResolution: resolution,
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      noEmit: true,
      skipLibCheck,
      types: ['node'],
      typeRoots: [join(root, 'node_modules/@types')],
      // Libraries are the ones that the package is tested with.
      paths: {
        vitest: [`${root}node_modules/vitest/dist/index.d.ts`],
        '*': [`${root}node_modules/*`, `${root}node_modules/@types/*`],
      },
    },
    include: [include],
  })
}

/** The tests of types, as users would write them. @returns {Record<string, string>} */
function typeTests() {
  const folder = join(root, 'test/types')
  return Object.fromEntries(
    readdirSync(folder).map((name) => {
      const text = readFileSync(join(folder, name), 'utf8')
      return [name, text.replaceAll(/'\.\.\/\.\.\/src\/[^']*'/g, "'breakwater'")]
    }),
  )
}

/** @param {string} project */
function write(project) {
  const specifiers = [...subpaths(join(root, 'src')).keys()].map(specifierOf)
  const imports = specifiers.map((each, at) => `export * as all${at} from '${each}'`).join('\n')
  for (const folder of ['imports', 'tests']) mkdirSync(join(project, folder))
  writeFileSync(join(project, 'imports/all.ts'), imports)
  for (const [name, text] of Object.entries(typeTests()))
    writeFileSync(join(project, 'tests', name), text)
  for (const resolution of ['nodenext', 'bundler']) {
    writeFileSync(join(project, `imports-${resolution}.json`), config(resolution, false, 'imports'))
    writeFileSync(join(project, `tests-${resolution}.json`), config(resolution, true, 'tests'))
  }
}

async function main() {
  const tarball = await packed()
  await inProject(EMPTY, async (project) => {
    await install(project, [tarball])
    write(project)
    for (const major of MAJORS) {
      const compiler = join(await fetched('typescript', major), 'bin/tsc')
      for (const kind of ['imports', 'tests']) {
        for (const resolution of ['nodenext', 'bundler']) {
          const args = [compiler, '-p', `${kind}-${resolution}.json`]
          const { output } = await run('node', args, { cwd: project })
          // What other libraries' declarations lack is theirs.
          const errors =
            output.match(/^(?:node_modules\/breakwater|imports|tests|error).*$/gm) ?? []
          if (errors.length > 0) {
            process.stderr.write(
              `TypeScript ${major}, ${kind}, ${resolution}:\n${errors.join('\n')}\n`,
            )
            process.exitCode = 1
          }
        }
      }
      if (process.exitCode === undefined) process.stdout.write(`ok   TypeScript ${major}\n`)
    }
  })
}

if (isMain(import.meta.url)) await main()
