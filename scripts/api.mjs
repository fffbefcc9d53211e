// The API report: what each subpath exports, with its signatures, as files that lie in the repository, so that no change of
// it goes unnoticed. Reads the build. `node scripts/api.mjs` writes api/; with --check it compares, and fails where something
// that users see has no docstring; with --reference DIR it writes the reference for readers, one page for each subpath.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Surface } from './api-surface.mjs'
import { signatureOf, undocumentedIn } from './api-docs.mjs'
import { referenceOf } from './api-reference.mjs'
import { specifierOf, subpaths } from './exports.mjs'
import { isMain, root } from './run.mjs'

/**
 * @typedef {import('./api-surface.mjs').Declared} Declared
 *
 * @typedef {object} Page what one subpath adds to the API
 * @property {string} specifier as in `breakwater/redis`
 * @property {Map<string, Declared>} exports all that it exports
 * @property {Declared[]} reached what its exports mention, nobody exports, and no earlier page shows
 */

const REPORTS = join(root, 'api')

/**
 * The pages of all subpaths. What several export, or mention, is shown once: by the subpath in whose folder it lies, otherwise
 * by the first.
 *
 * @param {Surface} surface
 * @param {Map<string, string>} folders subpath to folder
 * @returns {{ pages: Page[], homeOf: Map<Declared, string> }}
 */
export function pagesOf(surface, folders) {
  /** @type {Map<Declared, string>} */
  const homeOf = new Map()
  const entries = [...folders].map(([subpath, folder]) => {
    const exports = surface.exportsOf(folder)
    const specifier = specifierOf(subpath)
    return { specifier, folder, exports, reached: surface.reachedFrom(exports.values()) }
  })
  // The deepest folder first: what lies in it is its own.
  for (const kind of /** @type {const} */ (['exports', 'reached'])) {
    for (const entry of entries.toSorted((a, b) => b.folder.length - a.folder.length)) {
      for (const declared of entry[kind].values()) {
        const isWithin = surface.sourceOf(declared).startsWith(join('src', entry.folder, '/'))
        if (isWithin && entry.folder !== '' && !homeOf.has(declared)) {
          homeOf.set(declared, entry.specifier)
        }
      }
    }
    for (const entry of entries) {
      for (const declared of entry[kind].values()) {
        if (!homeOf.has(declared)) homeOf.set(declared, entry.specifier)
      }
    }
  }
  const exported = new Set(entries.flatMap(({ exports }) => [...exports.values()]))
  const pages = entries.map(({ specifier, exports, reached }) => ({
    specifier,
    exports,
    reached: [...reached]
      .filter((each) => !exported.has(each) && homeOf.get(each) === specifier)
      .toSorted((a, b) => (a.name < b.name ? -1 : 1)),
  }))
  return { pages, homeOf }
}

/** @param {string} specifier */
export function fileOf(specifier) {
  return `${specifier.replace(/^breakwater\//, '').replaceAll('/', '-')}.md`
}

/** @param {Page} page @param {Map<Declared, string>} homeOf */
export function reportOf({ specifier, exports, reached }, homeOf) {
  const elsewhere = [...exports].filter(([, each]) => homeOf.get(each) !== specifier)
  const own = [...exports].filter(([, each]) => homeOf.get(each) === specifier)
  const lines = [`# ${specifier}`, '', 'Written by `npm run api`.', '']
  if (elsewhere.length > 0) {
    for (const [name, each] of elsewhere) lines.push(`- ${name}: as in ${homeOf.get(each)}`)
    lines.push('')
  }
  const fenced = (/** @type {string[]} */ texts) => ['```ts', texts.join('\n\n'), '```', '']
  if (own.length > 0) lines.push(...fenced(own.map(([name, each]) => signatureOf(each, name))))
  if (reached.length > 0) {
    lines.push('## Mentioned, not exported', '')
    lines.push(...fenced(reached.map((each) => signatureOf(each, each.name))))
  }
  return lines.join('\n')
}

/**
 * The lines in which two texts differ, with the heading under which they stand.
 *
 * @param {string} before
 * @param {string} after
 */
export function differenceOf(before, after) {
  const [old, now] = [before.split('\n'), after.split('\n')]
  // Longest common subsequence: reports are short, and what moved must not look like all that follows it.
  const width = now.length + 1
  const length = new Uint32Array((old.length + 1) * width)
  const at = (/** @type {number} */ i, /** @type {number} */ j) => length[i * width + j] ?? 0
  for (let i = old.length - 1; i >= 0; i--) {
    for (let j = now.length - 1; j >= 0; j--) {
      length[i * width + j] =
        old[i] === now[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))
    }
  }
  const lines = []
  let [i, j] = [0, 0]
  while (i < old.length || j < now.length) {
    if (i < old.length && old[i] === now[j]) {
      i++
      j++
    } else if (j < now.length && (i === old.length || at(i, j + 1) >= at(i + 1, j))) {
      lines.push(`  + ${now[j++]}`)
    } else {
      lines.push(`  - ${old[i++]}`)
    }
  }
  return lines
}

/** @param {Map<string, string>} reports file name to text @returns {string[]} what is not as the files say */
function complaints(reports) {
  const found = []
  for (const name of existsSync(REPORTS) ? readdirSync(REPORTS) : []) {
    if (!reports.has(name)) found.push(`api/${name}: nothing exports this any more`)
  }
  for (const [name, text] of reports) {
    const file = join(REPORTS, name)
    const kept = existsSync(file) ? readFileSync(file, 'utf8') : ''
    if (kept !== text) found.push(`api/${name}:`, ...differenceOf(kept, text))
  }
  if (found.length > 0) found.push('', 'If that is meant: npm run api, and commit what it changes.')
  return found
}

function main() {
  const surface = new Surface(join(root, 'dist'))
  const { pages, homeOf } = pagesOf(surface, subpaths(join(root, 'src')))
  const reports = new Map(pages.map((page) => [fileOf(page.specifier), reportOf(page, homeOf)]))

  if (process.argv.includes('--check')) {
    const shown = new Set(pages.flatMap((page) => [...page.exports.values()]))
    const missing = [...shown].flatMap((each) => undocumentedIn(each, surface))
    const found = complaints(reports)
    if (missing.length > 0) found.push('Without a docstring:', ...missing.toSorted())
    if (found.length === 0) return
    process.stderr.write(`${found.join('\n')}\n`)
    process.exit(1)
  }

  const at = process.argv.indexOf('--reference')
  const folder = at === -1 ? REPORTS : (process.argv[at + 1] ?? 'reference')
  const files =
    at === -1
      ? reports
      : new Map(pages.map((page) => [fileOf(page.specifier), referenceOf(page, homeOf, surface)]))
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  for (const [name, text] of files) writeFileSync(join(folder, name), text)
}

if (isMain(import.meta.url)) main()
