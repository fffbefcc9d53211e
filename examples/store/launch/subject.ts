import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { programPath } from '../paths.ts'
import type { StoreNumbers } from '../routes/cache-stats.ts'

/** Half a minute: the first start of all has to make the data. */
const START_TIMEOUT_MS = 60_000

/** A shop in a process of its own, as a visitor and its operator see it. */
export interface Subject {
  readonly url: string
  /** Its running totals, by its own clock. */
  numbers(): Promise<StoreNumbers>
  stop(): Promise<void>
}

/** Starts the very program that `npm start` runs. */
export async function startSubject(options: { cache: 'on' | 'off' }): Promise<Subject> {
  const child = forkProgram('main', { PORT: '0', CACHE: options.cache })
  const url = await addressOf(child)
  return {
    url,
    numbers: async () => {
      const response = await fetch(`${url}/cache-stats.json`, {
        signal: AbortSignal.timeout(30_000),
      })
      return (await response.json()) as StoreNumbers
    },
    stop: () => end(child),
  }
}

/** Forks one of the store's programs. Its IPC channel ends with us, and it with the channel. */
export function forkProgram(path: string, env: Record<string, string> = {}): ChildProcess {
  return fork(programPath(path), {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
}

export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  // A server that is drowning in requests may not get round to stopping.
  const impatience = setTimeout(() => child.kill('SIGKILL'), 10_000)
  await ended
  clearTimeout(impatience)
}

async function addressOf(child: ChildProcess): Promise<string> {
  let said = ''
  return await new Promise((resolve, reject) => {
    const timeout = setTimeout(() => {
      child.kill('SIGKILL')
      reject(new Error(`the shop did not start within a minute. It said:\n${said}`))
    }, START_TIMEOUT_MS)
    const listen = (chunk: Buffer): void => {
      said = `${said}${chunk.toString()}`.slice(-4_000)
      const address = /http:\/\/127\.0\.0\.1:\d+/.exec(said)
      if (!address || !said.includes('Ready')) return
      clearTimeout(timeout)
      resolve(address[0])
    }
    child.stdout?.on('data', listen)
    // Under overload the shop complains once per failed request; that is counted, not shown.
    child.stderr?.on('data', listen)
    child.once('exit', (code) => {
      clearTimeout(timeout)
      reject(new Error(`the shop ended with code ${code}. It said:\n${said}`))
    })
  })
}
