import { spawn } from 'node:child_process'
import { realpathSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The folder of package.json, with a trailing slash. */
export const root = fileURLToPath(new URL('../', import.meta.url))

/**
 * Runs a command from this package (tools of node_modules/.bin are found) without a shell.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, input?: string }} [options]
 * @returns {Promise<{ code: number, output: string }>} output is stdout and stderr as they came
 */
export async function run(command, args, options = {}) {
  const child = spawn(command, args, {
    cwd: options.cwd ?? root,
    env: {
      ...process.env,
      ...options.env,
      PATH: `${root}node_modules/.bin:${process.env.PATH ?? ''}`,
    },
    stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  })
  child.stdin?.end(options.input)

  let output = ''
  const keep = (/** @type {Buffer} */ chunk) => {
    output += chunk.toString()
  }
  child.stdout?.on('data', keep)
  child.stderr?.on('data', keep)

  return await new Promise((resolve, reject) => {
    child.once('error', (cause) => {
      reject(new Error(`${command} could not be started: ${cause.message}`, { cause }))
    })
    child.once('close', (code) => resolve({ code: code ?? 1, output }))
  })
}

/**
 * As {@link run}, but a failure ends this script with the command's own output and exit code 1.
 *
 * @param {string} command
 * @param {readonly string[]} args
 */
export async function runOrExit(command, args) {
  const { code, output } = await run(command, args)
  if (code === 0) return output
  process.stderr.write(`${output}\n${[command, ...args].join(' ')} failed (exit ${code})\n`)
  process.exit(1)
}

/**
 * Whether the script of this URL is the one that Node was asked to run (and not imported by a test).
 *
 * @param {string} url its `import.meta.url`
 */
export function isMain(url) {
  const started = process.argv[1]
  return started !== undefined && realpathSync(started) === fileURLToPath(url)
}
