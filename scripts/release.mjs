// Releases the version that package.json names. Without --publish it changes nothing outside of .build/release: it says what
// stands in the way and what it would do, and leaves the tarball and its bill of materials (CycloneDX) there to be looked at.
// With --publish it first runs everything that CI runs, then publishes with provenance, which npm gives in CI only, and tags.
import { createHash } from 'node:crypto'
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { must, packed } from './consumer.mjs'
import { isMain, root, run } from './run.mjs'

/**
 * @typedef {object} Manifest of package.json, what matters here
 * @property {string} name
 * @property {string} version
 * @property {string | { url: string }} [repository]
 * @property {Record<string, string>} [dependencies]
 *
 * @typedef {object} State
 * @property {Manifest} manifest
 * @property {string} changed what `git status --porcelain` prints
 * @property {readonly string[]} pending names of changesets that are in no version yet
 * @property {readonly string[]} tags
 */

const PROVES = ['check', 'try:start', 'try:install', 'try:nodes', 'try:typescripts']
const FOLDER = join(root, '.build/release')

/**
 * What stands in the way of a release, and what to do about it.
 *
 * @param {State} state
 * @returns {string[]}
 */
export function objections({ manifest, changed, pending, tags }) {
  const { dependencies, name, repository, version } = manifest
  const found = []
  if (changed.trim() !== '') found.push(`There are changes that are not committed:\n${changed}`)
  if (pending.length > 0)
    found.push(`These are in no version yet: ${pending.join(', ')}. Run: npx changeset version`)
  if (tags.includes(`v${version}`)) found.push(`v${version} has been released.`)
  if (Object.keys(dependencies ?? {}).length > 0)
    found.push(`${name} has dependencies: it promises to have none.`)
  if (repository === undefined)
    found.push(
      'package.json names no repository: npm proves against it where a package comes from.',
    )
  return found
}

/**
 * npm's bill of materials, under the package's own name and with the hash of what is published.
 *
 * @param {string} text as `npm sbom` prints it; it takes the name from the folder
 * @param {Manifest} manifest
 * @param {Uint8Array} tarball
 */
export function billOf(text, { name }, tarball) {
  const bill = JSON.parse(text)
  const content = createHash('sha512').update(tarball).digest('hex')
  Object.assign(bill.metadata.component, { name, hashes: [{ alg: 'SHA-512', content }] })
  return `${JSON.stringify(bill, null, 2)}\n`
}

/** @returns {Promise<State>} */
async function state() {
  const lines = (/** @type {string} */ text) => text.split('\n').filter(Boolean)
  return {
    manifest: JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')),
    changed: await must('git', ['status', '--porcelain']),
    pending: readdirSync(join(root, '.changeset')).filter(
      (name) => name.endsWith('.md') && name !== 'README.md',
    ),
    tags: lines(await must('git', ['tag', '--list', 'v*'])),
  }
}

/** Known holes in what is installed here are holes in what is built here. @returns {Promise<string[]>} */
async function audit() {
  const { code, output } = await run('npm', ['audit', '--audit-level=high'])
  return code === 0 ? [] : [`npm audit:\n${output.trim()}`]
}

/** @param {Manifest} manifest */
async function prepare(manifest) {
  const tarball = await packed()
  const name = basename(tarball)
  rmSync(FOLDER, { recursive: true, force: true })
  mkdirSync(FOLDER, { recursive: true })
  copyFileSync(tarball, join(FOLDER, name))
  const args = ['sbom', '--sbom-format=cyclonedx', '--omit=dev', '--package-lock-only']
  const bill = billOf(await must('npm', args), manifest, readFileSync(tarball))
  // Beside the tarball and not within: it names the tarball's hash.
  writeFileSync(join(FOLDER, name.replace(/\.tgz$/, '.cdx.json')), bill)
  return join(FOLDER, name)
}

async function main() {
  const publishes = process.argv.includes('--publish')
  const say = (/** @type {string} */ text) => process.stdout.write(`${text}\n`)
  const found = await state()
  const { version } = found.manifest
  const wrong = [...objections(found), ...(await audit())]
  for (const each of wrong) say(`NO   ${each}`)
  if (publishes && wrong.length > 0) process.exit(1)

  if (publishes) {
    for (const script of PROVES) {
      await must('npm', ['run', script])
      say(`ok   npm run ${script}`)
    }
  } else {
    await must('npm', ['run', '--silent', 'build'])
  }
  const tarball = await prepare(found.manifest)
  say(`ok   ${basename(tarball)} and its bill of materials are in .build/release`)

  const commands = [
    ['npm', 'publish', tarball, '--provenance', '--access', 'public'],
    ['git', 'tag', `v${version}`],
    ['git', 'push', 'origin', `v${version}`],
  ]
  if (!publishes) say(`\nWith --publish, after npm run ${PROVES.join(', ')}:`)
  for (const [command = '', ...args] of commands) {
    if (publishes) await must(command, args)
    say(`${publishes ? 'ok  ' : '    '} ${[command, ...args].join(' ').replace(root, '')}`)
  }
}

if (isMain(import.meta.url)) await main()
