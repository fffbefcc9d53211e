// Everything that must hold before a change is merged: the fastest first, and no further than the first failure.
// `npm run check -- types lint` runs only those.
import { performance } from 'node:perf_hooks'
import { run } from './run.mjs'

/** Each is a script of package.json and what it proves. */
const STEPS = [
  ['exports:check', 'exports, bin and paths follow the folders'],
  ['lock:check', 'npm ci accepts the lock on every platform'],
  ['format:check', 'every file is formatted'],
  ['clean', 'no leftovers, no machine paths, no oversized files'],
  ['layers', 'arrows point down only'],
  ['lint', 'no floating promise, no cycle, no suspicious code'],
  ['types', 'source, tests, programs and scripts type-check'],
  ['knip', 'no dead file, export or dependency'],
  ['build', 'the package builds'],
  ['api:check', 'the API is as api/ says, and everything in it is documented'],
  ['size:check', 'no subpath is larger than its budget'],
  ['build:programs', 'examples and programs build on the package'],
  ['package:check', 'the tarball is right for every consumer'],
  ['site', 'the docs site builds, and no link leads nowhere'],
  ['test', 'the tests pass'],
]

const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !STEPS.some(([step]) => step === name))
if (unknown.length > 0) {
  process.stderr.write(
    `No such step: ${unknown.join(', ')}. Steps: ${STEPS.map(([name]) => name).join(', ')}\n`,
  )
  process.exit(1)
}

const seconds = (/** @type {number} */ since) =>
  `${((performance.now() - since) / 1000).toFixed(1)} s`.padStart(8)

const start = performance.now()
for (const [name = '', proves] of STEPS) {
  if (asked.length > 0 && !asked.includes(name)) continue

  const stepStart = performance.now()
  const { code, output } = await run('npm', ['run', '--silent', name])
  const mark = code === 0 ? 'ok  ' : 'FAIL'
  process.stdout.write(`${mark} ${name.padEnd(15)}${seconds(stepStart)}  ${proves}\n`)
  if (code !== 0) {
    process.stdout.write(`\n${output.trim()}\n\nFix it, then: npm run ${name}\n`)
    process.exit(1)
  }
}
process.stdout.write(`ok   ${'all'.padEnd(15)}${seconds(start)}\n`)
