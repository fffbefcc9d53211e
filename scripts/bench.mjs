// `npm run bench` asks all questions of bench/ and runs the other benchmarks there; `npm run bench -- near-hit codec` only those.
//   --node system|24|both   where questions are asked; default both. Other benchmarks run on the newest of these
//   --quick                 fewer rounds and keys: to see that all works, not to quote
//   --write                 writes docs/benchmarks
// What follows the name of another benchmark and is none of these is given to it.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { fetchedNode, fetchNode } from './node-with-sqlite.mjs'
import { isMain, root } from './run.mjs'

const OPTIONS = ['--node', '--quick', '--write', '--help']
const NODES = ['system', '24', 'both']
/** To start Redis, processes and caches, and to fill them. */
const START_SECONDS = 15
/** What a benchmark takes that is a program of its own, about. */
const PROGRAM_SECONDS = 30

/**
 * What was asked for.
 *
 * @param {readonly string[]} args
 * @param {{ questions: readonly string[], programs: readonly string[] }} known
 * @returns {{ names: string[], node: string, quick: boolean, write: boolean, rest: string[] } | { refused: string }}
 */
export function parse(args, { programs, questions }) {
  const asked = { names: /** @type {string[]} */ ([]), node: 'both', quick: false, write: false }
  const rest = /** @type {string[]} */ ([])
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? ''
    if (arg === '--quick') asked.quick = true
    else if (arg === '--write') asked.write = true
    else if (arg === '--node') asked.node = args[++at] ?? ''
    else if (questions.includes(arg) || programs.includes(arg)) asked.names.push(arg)
    else if (asked.names.some((name) => programs.includes(name))) rest.push(arg)
    else
      return {
        refused: `Which benchmark? npm run bench -- [${OPTIONS.join('] [')}] with any of:\n  questions: ${questions.join(' ')}\n  others:    ${programs.join(' ')}\n`,
      }
  }
  if (!NODES.includes(asked.node)) return { refused: `--node is one of ${NODES.join(', ')}.\n` }
  if (asked.names.length === 0) asked.names.push(...questions, ...programs)
  return { ...asked, rest }
}

/** @param {string} asked @returns {string[]} binaries, the newest first */
function nodesFor(asked) {
  if (asked === 'system' || process.versions.node.startsWith('24.')) return [process.execPath]
  if (fetchedNode() === undefined) {
    const remedy = fetchNode()
    if (remedy !== undefined) return refuse(`${remedy}\n`)
  }
  const fetched = /** @type {string} */ (fetchedNode())
  return asked === '24' ? [fetched] : [fetched, process.execPath]
}

/** @type {(message: string) => never} */
function refuse(message) {
  process.stderr.write(message)
  process.exit(1)
}

async function main() {
  const built = join(root, '.build/bench')
  if (!existsSync(join(built, 'harness/ask.js'))) refuse('Not built: use npm run bench.\n')
  const { QUESTIONS } = await import(pathToFileURL(join(built, 'harness/questions.js')).href)
  const questions = QUESTIONS.map((/** @type {{ name: string }} */ { name }) => name)
  const programs = readdirSync(join(root, 'bench'))
    .filter((file) => file.endsWith('.ts'))
    .map((file) => file.slice(0, -'.ts'.length))
    .filter((name) => !questions.includes(name))

  const asked = parse(process.argv.slice(2), { questions, programs })
  if ('refused' in asked) refuse(asked.refused)
  const nodes = nodesFor(asked.node)
  const asking = QUESTIONS.filter((/** @type {{ name: string }} */ { name }) =>
    asked.names.includes(name),
  )
  const running = programs.filter((name) => asked.names.includes(name))
  announce(asking, running, nodes, asked)

  if (asking.length > 0) {
    const { ask } = await import(pathToFileURL(join(built, 'harness/ask.js')).href)
    await ask({ questions: asking, nodes, isQuick: asked.quick, isWriting: asked.write })
  }
  let failed = 0
  for (const name of running) {
    process.stdout.write(`\n${name}\n`)
    const [node = process.execPath] = nodes
    const args = [join(built, `${name}.js`), ...asked.rest]
    if (spawnSync(node, args, { cwd: root, stdio: 'inherit' }).status !== 0) failed = 1
  }
  process.exit(failed)
}

/**
 * @param {readonly { name: string, seconds: number, isOnOneNode?: boolean }[]} asking
 * @param {readonly string[]} running
 * @param {readonly string[]} nodes
 * @param {{ quick: boolean, write: boolean }} asked
 */
function announce(asking, running, nodes, { quick, write }) {
  const seconds = asking.map(
    ({ isOnOneNode, seconds }) =>
      (START_SECONDS + (quick ? 0 : seconds)) * (isOnOneNode ? 1 : nodes.length),
  )
  const sum = seconds.reduce((all, each) => all + each, 0) + running.length * PROGRAM_SECONDS
  const versions = nodes.map((node) =>
    spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim().slice(1),
  )
  const names = [...asking.map(({ name }) => name), ...running]
  process.stdout.write(
    `${names.join(', ')}\non Node ${versions.join(' and ')}, about ${minutes(sum)}${write ? ', written to docs/benchmarks' : ''}. Leave the machine alone meanwhile.\n`,
  )
}

/** @param {number} seconds */
function minutes(seconds) {
  const count = Math.ceil(seconds / 60)
  return count === 1 ? 'a minute' : `${count} minutes`
}

if (isMain(import.meta.url)) await main()
