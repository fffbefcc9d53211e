import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { makeCertificate, type Certificate } from './certificate.ts'
import { startGuarded, type GuardedProcess } from './guarded-process.ts'
import { freePort } from './port.ts'
import { answersPing, type RedisAddress } from './redis-ping.ts'
import { ServerError } from './server-error.ts'

export interface RedisOptions {
  /** Asked of every client (`requirepass`). Default: none. */
  readonly password?: string
  /** One more user, and the one in `url`. `rules` are Redis' own; default: everything on every key. */
  readonly user?: { readonly name: string; readonly password: string; readonly rules?: string }
  /** Listens with TLS only, on a certificate made for this server. Default false. */
  readonly tls?: boolean
  /** More of redis-server's arguments, such as `['--maxmemory', '10mb']`. Not its log options. */
  readonly args?: readonly string[]
  /** Default: a free one. */
  readonly port?: number
  /** Default {@link REDIS_SERVER}. */
  readonly binary?: string
}

/** A real redis-server that is ours alone: on loopback, in its own folder, without persistence. */
export interface RedisServer {
  /** With user and password, as a client takes it. */
  readonly url: string
  readonly port: number
  /** The authority to trust, when started with `tls`. */
  readonly ca: string | undefined
  /** Changes with every {@link RedisServer.restart}. */
  readonly pid: number
  readonly dir: string
  /** Sends a signal; resolves when a signal that ends the server has ended it. Default SIGKILL. */
  kill(signal?: NodeJS.Signals): Promise<void>
  /** Starts it again on the same port, after ending it if it still runs. Without persistence it is empty. */
  restart(): Promise<void>
  /** It keeps its connections and answers nothing, as in a long garbage collection or a lost network. */
  pause(): Promise<void>
  resume(): Promise<void>
  /** Ends it and removes its folder. May be called twice. */
  stop(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** The program: `redis-server`, or what the environment names, such as `valkey-server`. */
export const REDIS_SERVER = process.env['REDIS_SERVER'] ?? 'redis-server'

/** On a loaded machine a start takes a second; one that takes this long has failed. */
const START_MS = 15_000

/**
 * Starts a redis-server and waits until it answers.
 *
 * @throws {ServerError} `E_BINARY_MISSING`, or `E_START_FAILED` with what the server said
 */
export async function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  const dir = await mkdtemp(join(tmpdir(), 'breakwater-redis-'))
  try {
    const certificate = options.tls === true ? await makeCertificate(dir) : undefined
    // A free port may be taken before the server binds it: two more tries, unless the port was asked for.
    for (let tries = options.port === undefined ? 3 : 1; ; tries--) {
      const port = options.port ?? (await freePort())
      const server = new LocalRedis(dir, port, options, certificate)
      try {
        await server.start()
        return server
      } catch (error) {
        if (tries === 1 || !/Address already in use/.test(String(error))) throw error
      }
    }
  } catch (error) {
    await rm(dir, { recursive: true, force: true })
    throw error
  }
}

class LocalRedis implements RedisServer {
  readonly dir: string
  readonly port: number
  readonly url: string
  readonly ca: string | undefined
  readonly #options: RedisOptions
  readonly #certificate: Certificate | undefined
  readonly #address: RedisAddress
  #process: GuardedProcess | undefined

  constructor(dir: string, port: number, options: RedisOptions, certificate?: Certificate) {
    this.dir = dir
    this.port = port
    this.ca = certificate?.ca
    this.#options = options
    this.#certificate = certificate
    const user = options.user?.name
    const password = options.user?.password ?? options.password
    this.#address = { port, ca: this.ca, user, password }
    const login = password === undefined ? '' : `${enc(user ?? '')}:${enc(password)}@`
    this.url = `${certificate ? 'rediss' : 'redis'}://${login}127.0.0.1:${port}`
  }

  get pid(): number {
    if (this.#process === undefined) throw new Error('the server was never started')
    return this.#process.pid
  }

  async start(): Promise<void> {
    // Secrets go into a file, not on a command line that every user of the machine can read.
    const file = join(this.dir, 'redis.conf')
    await writeFile(file, configuration(this.#options, this.port, this.#certificate), {
      mode: 0o600,
    })
    const { binary = REDIS_SERVER, args = [] } = this.#options
    this.#process = await startGuarded(binary, [file, ...args], this.dir)

    const deadline = Date.now() + START_MS
    while (!this.#isReady() || !(await answersPing(this.#address))) {
      if (this.#process.alive() && Date.now() < deadline) {
        await sleep(10)
        continue
      }
      await this.#process.kill('SIGKILL')
      throw new ServerError(
        'E_START_FAILED',
        `redis-server did not answer on port ${this.port}. It said:\n${this.#process.output()}`,
      )
    }
  }

  /** Its own word: when another server holds the port, that one would answer our ping. */
  #isReady(): boolean {
    return this.#process?.output().includes('Ready to accept connections') ?? false
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    await this.#process?.kill(signal)
  }

  async restart(): Promise<void> {
    await this.kill()
    await this.start()
  }

  async pause(): Promise<void> {
    await this.kill('SIGSTOP')
  }

  async resume(): Promise<void> {
    await this.kill('SIGCONT')
  }

  async stop(): Promise<void> {
    await this.kill()
    await rm(this.dir, { recursive: true, force: true })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }
}

function configuration(options: RedisOptions, port: number, certificate?: Certificate): string {
  const lines = ['bind 127.0.0.1', 'save ""', 'appendonly no', 'daemonize no']
  if (certificate === undefined) {
    lines.push(`port ${port}`)
  } else {
    lines.push('port 0', `tls-port ${port}`, 'tls-auth-clients no')
    lines.push(`tls-cert-file ${certificate.certFile}`, `tls-key-file ${certificate.keyFile}`)
    lines.push(`tls-ca-cert-file ${certificate.certFile}`)
  }
  if (options.password !== undefined) lines.push(`requirepass ${JSON.stringify(options.password)}`)
  if (options.user !== undefined) {
    const { name, password, rules = '~* &* +@all' } = options.user
    lines.push(`user ${name} on >${password} ${rules}`)
  }
  return `${lines.join('\n')}\n`
}

const enc = encodeURIComponent
