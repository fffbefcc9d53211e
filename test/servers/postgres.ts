import { execFile } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { chmod, chown, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import pg from 'pg'
import { type GuardedProcess, startGuarded } from './guarded-process.ts'
import { freePort } from './port.ts'
import { ServerError } from './server-error.ts'
import { fillFrom } from './template.ts'

/** A real PostgreSQL that is ours alone, on loopback, in a folder of its own. */
export interface PostgresServer {
  readonly url: string
  readonly port: number
  /** Default SIGKILL. */
  kill(signal?: NodeJS.Signals): Promise<void>
  /** Starts it again on the same port, with its data. */
  restart(): Promise<void>
  stop(): Promise<void>
}

export interface PostgresOptions {
  /** Settings on top of the tests' own, as `wal_level=logical`. */
  readonly settings?: readonly string[]
}

const run = promisify(execFile)
const START_MS = 30_000
const DEBIAN = '/usr/lib/postgresql'
const isRoot = process.getuid?.() === 0
const OWNER = isRoot ? 'postgres' : userInfo().username

/** Debian keeps its programs off the PATH, by version. */
function binary(name: string): string {
  try {
    const [newest] = readdirSync(DEBIAN).toSorted((a, b) => Number(b) - Number(a))
    if (newest !== undefined) return join(DEBIAN, newest, 'bin', name)
  } catch {
    // Not Debian.
  }
  return name
}

/** PostgreSQL refuses to run as root. */
function command(name: string, args: readonly string[]): [string, string[]] {
  if (!isRoot) return [binary(name), [...args]]
  const as = ['--reuid', OWNER, '--regid', OWNER, '--clear-groups']
  return ['setpriv', [...as, binary(name), ...args]]
}

async function giveToOwner(dir: string): Promise<void> {
  if (!isRoot) return
  const [uid, gid] = await Promise.all(
    ['-u', '-g'].map(async (flag) => Number((await run('id', [flag, OWNER])).stdout)),
  )
  await chown(dir, uid ?? 0, gid ?? 0)
  await chmod(dir, 0o700)
}

/** @throws {ServerError} */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  return await startIn(options, async (data, dir) => {
    await fillFrom('postgres', data, async (fresh) => {
      // Only the owner of an empty folder may fill it.
      if (existsSync(fresh)) await giveToOwner(fresh)
      const init = ['-D', fresh, '-A', 'trust', '-U', 'postgres', '--no-sync', '-E', 'UTF8']
      await run(...command('initdb', init), { cwd: dir })
    })
  })
}

/** A standby that streams from `primary`; `pg_wal_replay_pause()` stops what it shows. @throws {ServerError} */
export async function startReplica(
  primary: PostgresServer,
  options: PostgresOptions = {},
): Promise<PostgresServer> {
  return await startIn(options, async (data, dir) => {
    const copy = ['-D', data, '-d', primary.url, '-R', '-X', 'stream', '-c', 'fast', '--no-sync']
    await run(...command('pg_basebackup', copy), { cwd: dir })
  })
}

/** @param make fills the folder of data */
async function startIn(
  options: PostgresOptions,
  make: (data: string, dir: string) => Promise<void>,
): Promise<PostgresServer> {
  const dir = await mkdtemp(join(tmpdir(), 'breakwater-postgres-'))
  try {
    await giveToOwner(dir)
    const data = join(dir, 'data')
    await make(data, dir)
    const server = new LocalPostgres(dir, data, await freePort(), options.settings ?? [])
    await server.start()
    return server
  } catch (error) {
    await rm(dir, { recursive: true, force: true })
    throw error
  }
}

class LocalPostgres implements PostgresServer {
  readonly port: number
  readonly url: string
  readonly #dir: string
  readonly #data: string
  readonly #more: readonly string[]
  #process: GuardedProcess | undefined

  constructor(dir: string, data: string, port: number, more: readonly string[]) {
    this.#dir = dir
    this.#data = data
    this.#more = more
    this.port = port
    this.url = `postgres://postgres@127.0.0.1:${port}/postgres`
  }

  async start(): Promise<void> {
    const settings = ['listen_addresses=127.0.0.1', `port=${this.port}`, 'fsync=off']
    const quick = ['unix_socket_directories=', 'max_connections=200', 'synchronous_commit=off']
    const args = [...settings, ...quick, ...this.#more].flatMap((setting) => ['-c', setting])
    const started = await startGuarded(
      ...command('postgres', ['-D', this.#data, ...args]),
      this.#dir,
    )
    this.#process = started
    const deadline = Date.now() + START_MS
    while (!(await this.#answers())) {
      if (started.alive() && Date.now() < deadline) {
        await sleep(20)
        continue
      }
      await started.kill('SIGKILL')
      throw new ServerError(
        'E_START_FAILED',
        `postgres did not answer on port ${this.port}. It said:\n${started.output()}`,
      )
    }
  }

  /** SIGQUIT ends it and its children at once, without tidying up: what SIGKILL does to it, and leaves no orphans. */
  async kill(signal: NodeJS.Signals = 'SIGQUIT'): Promise<void> {
    await this.#process?.kill(signal)
  }

  async restart(): Promise<void> {
    await this.kill()
    await this.start()
  }

  async stop(): Promise<void> {
    await this.kill()
    await rm(this.#dir, { recursive: true, force: true })
  }

  async #answers(): Promise<boolean> {
    const client = new pg.Client({ connectionString: this.url })
    try {
      await client.connect()
      await client.query('select 1')
      return true
    } catch {
      return false
    } finally {
      await client.end().catch(() => {})
    }
  }
}
