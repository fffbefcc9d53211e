// Completes package-lock.json. Tools with native parts name one optional package per platform; npm leaves out of
// the lock those that it could not look up where it ran, and `npm ci` then refuses that lock on every machine.
// Their versions are pinned by the package that names them, so nothing is guessed. With --check it only looks.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isMain, root } from './run.mjs'

/**
 * @typedef {object} LockEntry
 * @property {string} [version]
 * @property {boolean} [dev]
 * @property {boolean} [optional]
 * @property {string[]} [os]
 * @property {string[]} [cpu]
 * @property {string[]} [libc]
 * @property {Record<string, string>} [optionalDependencies]
 */

const PLATFORM =
  /(?:^|[-/])(android|darwin|freebsd|linux|openharmony|win32)-(arm64|arm|x64|ia32|ppc64|riscv64|s390x)(?:-(gnu|musl)?\w*)?$/
const EXACT_VERSION = /^\d+\.\d+\.\d+[\w.+-]*$/

/**
 * The optional packages that a lock names and does not hold, as entries to add.
 *
 * @param {Record<string, LockEntry>} packages the `packages` of a lock file
 * @returns {Record<string, LockEntry>} path to entry
 * @throws when one is not pinned to a version or not made for one platform: then only npm can add it
 */
export function missingEntries(packages) {
  /** @type {Record<string, LockEntry>} */
  const missing = {}
  for (const [path, entry] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      if (isHeld(packages, path, name)) continue
      const [, os, cpu, abi] = PLATFORM.exec(name) ?? []
      if (os === undefined || cpu === undefined || !EXACT_VERSION.test(version)) {
        throw new Error(
          `${path} wants ${name}@${version}, which the lock does not hold: run npm install`,
        )
      }
      const libc = abi === undefined ? undefined : [abi === 'gnu' ? 'glibc' : abi]
      missing[`node_modules/${name}`] = {
        version,
        cpu: [cpu],
        ...(entry.dev === true && { dev: true }),
        ...(os === 'linux' && libc && { libc }),
        optional: true,
        os: [os],
      }
    }
  }
  return missing
}

/**
 * Whether `name` is found from the package at `path`, as Node looks for it: beside it, then further up.
 *
 * @param {Record<string, LockEntry>} packages
 * @param {string} path
 * @param {string} name
 */
function isHeld(packages, path, name) {
  for (let at = path; ; at = at.slice(0, Math.max(0, at.lastIndexOf('node_modules/') - 1))) {
    if (`${at === '' ? '' : `${at}/`}node_modules/${name}` in packages) return true
    if (at === '') return false
  }
}

function main() {
  const file = join(root, 'package-lock.json')
  const lock = JSON.parse(readFileSync(file, 'utf8'))
  const missing = missingEntries(lock.packages)
  const count = Object.keys(missing).length
  if (count === 0) return

  if (process.argv.includes('--check')) {
    process.stderr.write(
      `package-lock.json lacks ${count} optional packages, so npm ci refuses it.\n` +
        'Run `npm run lock` and commit what it changes.\n',
    )
    process.exit(1)
  }
  const sorted = Object.entries({ ...lock.packages, ...missing }).toSorted(([a], [b]) =>
    a.localeCompare(b, 'en'),
  )
  lock.packages = Object.fromEntries(sorted)
  writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`)
}

if (isMain(import.meta.url)) main()
