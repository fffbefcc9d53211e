import { spawn } from 'node:child_process'
import { resolve } from 'node:path'

export interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly cwd?: string
  /** Told what was written so far; may end the command with a signal. */
  readonly on?: (stdout: string, kill: (signal: NodeJS.Signals) => void) => void
}

const MAIN = resolve('dist/cli/main.js')
/** Of the machine that runs the tests nothing may decide what they see. */
const ENV = {
  NO_COLOR: '1',
  FORCE_COLOR: undefined,
  REDIS_URL: undefined,
  BREAKWATER_URL: undefined,
}

/** Runs the built command as a real process, where nobody looks at a terminal. */
export async function breakwater(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  return await started([process.execPath, MAIN, ...args], options)
}

/** The same in a terminal of 100 columns: what it writes, as it comes, is `stdout`. */
export async function inTerminal(
  args: readonly string[],
  options: RunOptions & { readonly keys?: (shown: string) => string | undefined } = {},
): Promise<Ran> {
  const line = [process.execPath, MAIN, ...args].map((word) => `'${word}'`).join(' ')
  const command = `stty cols 100 rows 24; exec ${line}`
  return await started(['script', '-qfec', command, '/dev/null'], {
    ...options,
    env: { TERM: 'xterm', NO_COLOR: undefined, ...options.env },
  })
}

async function started(
  [command = '', ...args]: readonly string[],
  options: RunOptions & { readonly keys?: (shown: string) => string | undefined },
): Promise<Ran> {
  const { cwd, env, keys, on } = options
  const child = spawn(command, args, { cwd, env: { ...process.env, ...ENV, ...env } })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
    on?.(stdout, (signal) => child.kill(signal))
    const pressed = keys?.(stdout)
    if (pressed !== undefined) child.stdin.write(pressed)
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  if (keys === undefined) child.stdin.end()
  return await new Promise((settle, reject) => {
    child.once('error', reject)
    child.once('close', (code) => settle({ code: code ?? -1, stdout, stderr }))
  })
}
