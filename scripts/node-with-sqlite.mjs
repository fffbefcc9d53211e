// node:sqlite is there from Node 22.13 on. Where the tests run on an older one, a newer one is fetched for the tests of
// node:sqlite alone, through npm, beside the project's own packages: it is too large for everybody's `npm ci`.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './run.mjs'

const FOLDER = join(root, 'node_modules/.cache/node-with-sqlite')
const PACKAGE = `node-${process.platform}-${process.arch}`
const BINARY = join(FOLDER, 'node_modules', PACKAGE, 'bin/node')
const REMEDY = `Run the tests on Node 22.13 or later, or: npm install --prefix ${FOLDER} --no-save ${PACKAGE}@24`

/** @param {string} node a program */
export function hasSqlite(node) {
  const { status } = spawnSync(node, [
    '-e',
    "process.exit(require('module').isBuiltin('node:sqlite') ? 0 : 1)",
  ])
  return status === 0
}

/**
 * The Node that runs this, or the one that `fetchNodeWithSqlite` has fetched.
 *
 * @throws {Error} when neither has node:sqlite: it says what to do
 */
export function nodeWithSqlite() {
  const found = [process.execPath, BINARY].find((node) => existsSync(node) && hasSqlite(node))
  if (found === undefined) throw new Error(`The tests need a Node with node:sqlite. ${REMEDY}`)
  return found
}

/** The Node that was fetched, or `undefined`: benchmarks run on it besides. */
export function fetchedNode() {
  return existsSync(BINARY) ? BINARY : undefined
}

/** Does nothing where there is one. @returns {string | undefined} what to do about it, when it could not be fetched */
export function fetchNodeWithSqlite() {
  if (hasSqlite(process.execPath) || hasSqlite(BINARY)) return undefined
  return fetchNode()
}

/** @returns {string | undefined} what to do about it, when it could not be fetched */
export function fetchNode() {
  process.stdout.write(`Fetching ${PACKAGE} ...\n`)
  const quiet = ['--no-save', '--no-package-lock', '--no-audit', '--no-fund', '--ignore-scripts']
  const args = ['install', '--prefix', FOLDER, ...quiet, `${PACKAGE}@24`]
  const { status, stderr } = spawnSync('npm', args, { encoding: 'utf8' })
  if (status === 0 && hasSqlite(BINARY)) return undefined
  return `A newer Node is needed, and npm could not fetch one:\n${stderr}\n${REMEDY}`
}
