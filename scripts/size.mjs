// How large each subpath is for who bundles it, and of how many files for who does not. Budgets lie in sizes.json; what grows
// beyond its budget fails, so that growth is decided and not found out. Reads the build.
//
// `npm run size` prints all, and what importing the package costs on this machine; `npm run size -- --write` sets the budgets
// to what is there and a tenth; `npm run size:check` compares.
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { rolldown } from 'rolldown'
import { generate } from './exports.mjs'
import { isMain, root } from './run.mjs'

/**
 * @typedef {object} Size
 * @property {number} bytes bundled, minified, gzipped
 * @property {number} modules files of ours that Node loads without a bundler
 */

const BUDGETS = join(root, 'sizes.json')
const FIELDS = /** @type {const} */ (['bytes', 'modules'])

/** How much more than today a budget allows. */
const ROOM = 1.1

/**
 * Bundles one file with all of ours that it needs. Libraries of others stay outside: users have them anyway, or not at all.
 *
 * @param {string} file
 * @returns {Promise<Size>}
 */
export async function sizeOf(file) {
  const bundle = await rolldown({
    input: file,
    platform: 'node',
    external: (id) => !/^[./]/.test(id),
    logLevel: 'silent',
  })
  try {
    const { output } = await bundle.generate({ format: 'esm', minify: true })
    const chunks = output.filter((each) => each.type === 'chunk')
    return {
      bytes: gzipSync(chunks.map(({ code }) => code).join(''), { level: 9 }).length,
      modules: chunks.reduce((count, { moduleIds }) => count + moduleIds.length, 0),
    }
  } finally {
    await bundle.close()
  }
}

/**
 * What exceeds its budget, has none, or has one and is not there.
 *
 * @param {Readonly<Record<string, Size>>} sizes by subpath
 * @param {Readonly<Record<string, Size>>} budgets
 * @returns {string[]}
 */
export function excesses(sizes, budgets) {
  const gone = Object.keys(budgets).filter((subpath) => sizes[subpath] === undefined)
  return [
    ...gone.map((subpath) => `${subpath}: has a budget and is not exported`),
    ...Object.entries(sizes).flatMap(([subpath, size]) => {
      const budget = budgets[subpath]
      if (budget === undefined) return `${subpath}: has no budget`
      return FIELDS.filter((field) => size[field] > budget[field]).map(
        (field) => `${subpath}: ${field} is ${size[field]}, its budget ${budget[field]}`,
      )
    }),
  ]
}

/** @param {Size} size @returns {Size} */
export function budgetFor({ bytes, modules }) {
  return { bytes: Math.ceil((bytes * ROOM) / 100) * 100, modules: Math.ceil(modules * ROOM) }
}

/** What an import costs in a fresh process, in milliseconds of CPU: the least of several, as everything else only adds. */
function cpuOfImport() {
  const file = JSON.stringify(join(root, 'dist/index.js'))
  // What every ES module costs (the loader, a thread of it) is paid by an empty one before.
  const program = `await import('data:text/javascript,')
const start = process.cpuUsage()
await import(${file})
const { user, system } = process.cpuUsage(start)
console.log((user + system) / 1000)`
  const runs = Array.from({ length: 9 }, () => {
    const args = ['--input-type=module', '--eval', program]
    return Number(spawnSync(process.execPath, args, { encoding: 'utf8' }).stdout)
  })
  return Math.min(...runs)
}

async function main() {
  const { exports } = generate(join(root, 'src'))
  /** @type {Record<string, Size>} */
  const sizes = {}
  for (const [subpath, target] of Object.entries(exports)) {
    if (typeof target === 'object') sizes[subpath] = await sizeOf(join(root, target.default))
  }

  if (process.argv.includes('--write')) {
    const budgets = Object.entries(sizes).map(([subpath, size]) => [subpath, budgetFor(size)])
    writeFileSync(BUDGETS, `${JSON.stringify(Object.fromEntries(budgets), null, 2)}\n`)
    return
  }
  if (!process.argv.includes('--check')) {
    process.stdout.write(`${'subpath'.padEnd(24)}${FIELDS.map((f) => f.padStart(10)).join('')}\n`)
    for (const [subpath, size] of Object.entries(sizes)) {
      const columns = FIELDS.map((field) => size[field].toLocaleString('en').padStart(10))
      process.stdout.write(`${subpath.padEnd(24)}${columns.join('')}\n`)
    }
    process.stdout.write(`\nBytes: bundled, minified, gzipped, without libraries of others.\n`)
    process.stdout.write(`Importing '.' takes ${cpuOfImport().toFixed(1)} ms of CPU here.\n`)
  }
  const found = excesses(sizes, JSON.parse(readFileSync(BUDGETS, 'utf8')))
  if (found.length === 0) return
  process.stderr.write(`${found.join('\n')}\n\nIf that is meant: npm run size -- --write\n`)
  process.exit(1)
}

if (isMain(import.meta.url)) await main()
