// Writes what follows from the folders of src: package.json `exports` and `bin`, tsconfig.json `paths`.
// With --check it changes nothing and fails when they are out of date.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { isMain, root, runOrExit } from './run.mjs'

/** What `.` exports itself. An index.ts here would be a second address for the same thing. */
const INTERNAL = [
  'base',
  'codec',
  'tiers',
  'cache',
  'config',
  'stores',
  'stores/memory',
  'stores/null',
]

/**
 * The subpath of a folder: its own name, with its family's where names of several families meet
 * (`sessions/express` and `express` are two things).
 *
 * @param {string} folder relative to src, such as `http/adapters/hono`; empty for src itself
 */
export function subpathOf(folder) {
  if (folder === '') return '.'
  const [family = '', ...rest] = folder.split('/').filter((part) => part !== 'adapters')
  const keepsFamily = rest.length === 0 || family === 'sessions' || family === 'metrics'
  return `./${(keepsFamily ? [family, ...rest] : rest).join('/')}`
}

/**
 * Every subpath of the package with the folder it comes from, sorted by subpath.
 *
 * @param {string} src the folder to read
 * @returns {Map<string, string>} subpath to folder, as in `./redis` to `stores/redis`
 * @throws when an internal folder has an index.ts, or two folders would get the same subpath
 */
export function subpaths(src) {
  const folders = readdirSync(src, { recursive: true, encoding: 'utf8' })
    .map((path) => path.split('\\').join('/'))
    .filter((path) => posix.basename(path) === 'index.ts')
    .map((path) => (path === 'index.ts' ? '' : posix.dirname(path)))
    .toSorted()

  /** @type {Map<string, string>} */
  const found = new Map()
  for (const folder of folders) {
    if (INTERNAL.includes(folder)) {
      throw new Error(
        `src/${folder}/index.ts: this folder is internal, because '.' exports it. ` +
          'Remove the index.ts and export from src/index.ts.',
      )
    }
    const subpath = subpathOf(folder)
    const other = found.get(subpath)
    if (other !== undefined) {
      throw new Error(
        `src/${other} and src/${folder} would both be '${subpath}'. Rename one of them.`,
      )
    }
    found.set(subpath, folder)
  }
  return new Map([...found].toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

/**
 * The specifier that people write: `breakwater/redis` for `./redis`.
 *
 * @param {string} subpath
 */
export function specifierOf(subpath) {
  return posix.join('breakwater', subpath)
}

/**
 * The file in src behind each specifier. The one source of the aliases of editor, tsc and tests.
 *
 * @param {string} src
 * @returns {Record<string, string>} `breakwater/redis` to `./src/stores/redis/index.ts`
 */
export function sources(src) {
  return Object.fromEntries(
    [...subpaths(src)].map(([subpath, folder]) => [
      specifierOf(subpath),
      `./${posix.join('src', folder, 'index.ts')}`,
    ]),
  )
}

/**
 * What package.json and tsconfig.json should say.
 *
 * @param {string} src
 */
export function generate(src) {
  /** @type {Record<string, string | { types: string, default: string }>} */
  const exports = {}
  for (const [subpath, folder] of subpaths(src)) {
    const file = `./${posix.join('dist', folder, 'index')}`
    exports[subpath] = { types: `${file}.d.ts`, default: `${file}.js` }
  }
  exports['./package.json'] = './package.json'

  const bin = existsSync(join(src, 'cli/main.ts'))
    ? { breakwater: './dist/cli/main.js' }
    : undefined
  const paths = Object.fromEntries(
    Object.entries(sources(src)).map(([name, file]) => [name, [file]]),
  )
  return { exports, bin, paths }
}

async function main() {
  const { exports, bin, paths } = generate(join(root, 'src'))
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const tsconfig = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8'))

  const wanted = JSON.stringify([exports, bin, paths])
  if (JSON.stringify([manifest.exports, manifest.bin, tsconfig.compilerOptions.paths]) === wanted)
    return

  if (process.argv.includes('--check')) {
    process.stderr.write(
      'package.json (exports, bin) or tsconfig.json (paths) do not follow the folders of src.\n' +
        'Run `npm run exports` and commit what it changes.\n',
    )
    process.exit(1)
  }

  manifest.exports = exports
  manifest.bin = bin
  tsconfig.compilerOptions.paths = paths
  writeFileSync(join(root, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)
  writeFileSync(join(root, 'tsconfig.json'), `${JSON.stringify(tsconfig, null, 2)}\n`)
  await runOrExit('oxfmt', ['package.json', 'tsconfig.json'])
}

if (isMain(import.meta.url)) await main()
