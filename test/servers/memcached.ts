import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type GuardedProcess, startGuarded } from './guarded-process.ts'
import { freePort } from './port.ts'
import { ServerError } from './server-error.ts'

export interface MemcachedServerOptions {
  /** Asked of every client (`-Y`). Default: nobody. */
  readonly user?: { readonly name: string; readonly password: string }
  /** More of memcached's arguments, such as `['-m', '2']`. */
  readonly args?: readonly string[]
}

/** A real memcached that is ours alone, on loopback. */
export interface MemcachedServer {
  readonly url: string
  readonly port: number
  readonly pid: number
  /** Default SIGKILL. */
  kill(signal?: NodeJS.Signals): Promise<void>
  /** Starts it again on the same port, after ending it if it still runs: empty. */
  restart(): Promise<void>
  /** Sends lines as they are and answers what came until `end`. */
  talk(lines: string, end: RegExp): Promise<string>
  stop(): Promise<void>
}

const START_MS = 15_000

/** @throws {ServerError} `E_BINARY_MISSING`, or `E_START_FAILED` with what the server said */
export async function startMemcached(
  options: MemcachedServerOptions = {},
): Promise<MemcachedServer> {
  const dir = await mkdtemp(join(tmpdir(), 'breakwater-memcached-'))
  try {
    for (let tries = 3; ; tries--) {
      const server = new LocalMemcached(dir, await freePort(), options)
      try {
        await server.start()
        return server
      } catch (error) {
        if (tries === 1 || !/in use/.test(String(error))) throw error
      }
    }
  } catch (error) {
    await rm(dir, { recursive: true, force: true })
    throw error
  }
}

class LocalMemcached implements MemcachedServer {
  readonly port: number
  readonly url: string
  readonly #dir: string
  readonly #options: MemcachedServerOptions
  #process: GuardedProcess | undefined

  constructor(dir: string, port: number, options: MemcachedServerOptions) {
    this.#dir = dir
    this.port = port
    this.#options = options
    const { user } = options
    const login =
      user === undefined
        ? ''
        : `${encodeURIComponent(user.name)}:${encodeURIComponent(user.password)}@`
    this.url = `memcached://${login}127.0.0.1:${port}`
  }

  get pid(): number {
    if (this.#process === undefined) throw new Error('the server was never started')
    return this.#process.pid
  }

  async start(): Promise<void> {
    const { user, args = [] } = this.#options
    const all = ['-l', '127.0.0.1', '-p', String(this.port), '-U', '0', '-t', '2', ...args]
    // Refuses to run as root without it.
    if (process.getuid?.() === 0) all.push('-u', 'root')
    if (user !== undefined) {
      const file = join(this.#dir, 'users')
      await writeFile(file, `${user.name}:${user.password}\n`, { mode: 0o600 })
      all.push('-Y', file)
    }
    const started = await startGuarded('memcached', all, this.#dir)
    this.#process = started
    const deadline = Date.now() + START_MS
    while (!(await this.#answers())) {
      if (started.alive() && Date.now() < deadline) {
        await sleep(10)
        continue
      }
      await started.kill('SIGKILL')
      throw new ServerError(
        'E_START_FAILED',
        `memcached did not answer on port ${this.port}. It said:\n${started.output()}`,
      )
    }
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    await this.#process?.kill(signal)
  }

  async restart(): Promise<void> {
    await this.kill()
    await this.start()
  }

  async talk(lines: string, end: RegExp): Promise<string> {
    const socket = connect(this.port, '127.0.0.1')
    return await new Promise((resolve, reject) => {
      let text = ''
      socket.on('error', reject)
      socket.on('close', () => reject(new Error(`closed after ${JSON.stringify(text)}`)))
      socket.on('data', (chunk) => {
        text += chunk.toString()
        if (!end.test(text)) return
        resolve(text)
        socket.destroy()
      })
      socket.write(lines)
    })
  }

  async stop(): Promise<void> {
    await this.kill()
    await rm(this.#dir, { recursive: true, force: true })
  }

  /** Of a server that asks who we are, any answer will do: it is there. */
  async #answers(): Promise<boolean> {
    try {
      await this.talk('mn\r\n', /\r\n/)
      return this.#process?.alive() ?? false
    } catch {
      return false
    }
  }
}
