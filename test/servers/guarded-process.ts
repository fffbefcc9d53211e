import { spawn, type ChildProcess } from 'node:child_process'
import { ServerError } from './server-error.ts'

/** A child process that cannot outlive the process that started it. */
export interface GuardedProcess {
  readonly pid: number
  /** Everything it wrote so far; shown when it fails to start. */
  readonly output: () => string
  readonly alive: () => boolean
  /** Resolves when it has ended, whatever ended it. */
  readonly ended: Promise<void>
  /** Sends a signal and, for one that ends a process, waits until it has ended. */
  kill(signal: NodeJS.Signals): Promise<void>
}

/**
 * The guard: a shell that waits on a pipe whose other end only our process holds. When we are gone, however we
 * went (SIGKILL included, where no exit handler runs), the read ends and the guard kills the child, stopped or
 * not, and removes its folder. When the child ended first, the guard is told so and does nothing.
 */
const GUARD = 'read -r word; [ "$word" = done ] || { kill -9 "$1"; rm -rf "$2"; }'

/**
 * Starts `command` under guard.
 *
 * @param dir its working folder; the guard removes it only if this process dies before the child
 * @throws {ServerError} `E_BINARY_MISSING` when there is no such command
 */
export async function startGuarded(
  command: string,
  args: readonly string[],
  dir: string,
): Promise<GuardedProcess> {
  const child = spawn(command, args, { cwd: dir, stdio: ['ignore', 'pipe', 'pipe'] })
  const { pid } = child
  if (pid === undefined) throw await missing(child, command)

  let output = ''
  const keep = (chunk: Buffer): void => {
    // Enough to explain a failed start; a server that logs for minutes must not fill our memory.
    output = (output + chunk.toString()).slice(-8_000)
  }
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)

  const guard = spawn('sh', ['-c', GUARD, 'guard', String(pid), dir], {
    stdio: ['pipe', 'ignore', 'ignore'],
    // Its own process group: Ctrl-C in the terminal must not end the guard before us.
    detached: true,
  })
  guard.stdin.on('error', () => {})

  // A test that forgets to stop its server must not keep its process alive; the guard ends the server.
  for (const handle of [child, guard, child.stdout, child.stderr, guard.stdin]) unref(handle)

  let alive = true
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => {
      alive = false
      guard.stdin.end('done\n')
      resolve()
    })
  })

  return {
    pid,
    ended,
    output: () => output,
    alive: () => alive,
    async kill(signal) {
      if (!alive) return
      child.ref()
      process.kill(pid, signal)
      if (signal === 'SIGKILL') await ended
      // A stopped process takes no signal but SIGKILL until it continues, so others get a bounded wait.
      else if (ENDING.has(signal)) await Promise.race([ended, after(5_000)])
    },
  }
}

/** Pipes of a child are sockets, which their types do not say. */
function unref(handle: object): void {
  if ('unref' in handle && typeof handle.unref === 'function') handle.unref()
}

const ENDING: ReadonlySet<NodeJS.Signals> = new Set(['SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGABRT'])

function after(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref()
  })
}

async function missing(child: ChildProcess, command: string): Promise<ServerError> {
  const cause = await new Promise<Error>((resolve) => {
    child.once('error', resolve)
  })
  return new ServerError(
    'E_BINARY_MISSING',
    `${command} could not be started (${cause.message}). Run \`npm run setup\`: it installs what the tests ` +
      'need, or says what to install.',
    { cause },
  )
}
