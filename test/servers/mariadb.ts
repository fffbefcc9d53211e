import { execFile } from 'node:child_process'
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { createConnection } from 'mysql2/promise'
import { type GuardedProcess, startGuarded } from './guarded-process.ts'
import { freePort } from './port.ts'
import { ServerError } from './server-error.ts'
import { fillFrom } from './template.ts'

/** A real MariaDB that is ours alone, on loopback, in a folder of its own. */
export interface MariadbServer {
  readonly url: string
  stop(): Promise<void>
}

const run = promisify(execFile)
const START_MS = 30_000
const isRoot = process.getuid?.() === 0

/** @throws {ServerError} */
export async function startMariadb(): Promise<MariadbServer> {
  const dir = await mkdtemp(join(tmpdir(), 'breakwater-mariadb-'))
  let started: GuardedProcess | undefined
  const stop = async (): Promise<void> => {
    await started?.kill('SIGKILL')
    await rm(dir, { recursive: true, force: true })
  }
  try {
    await chmod(dir, 0o755)
    const data = join(dir, 'data')
    const as = isRoot ? ['--user=mysql'] : []
    // Temporary tables in a folder of its own: two servers that begin in one /tmp delete each other's.
    const scratch = join(dir, 'tmp')
    await mkdir(scratch)
    await chmod(scratch, 0o777)
    // A log of the usual size is as large as all tables of the tests together, and is copied with them.
    const common = [`--tmpdir=${scratch}`, '--innodb-log-file-size=8M', ...as]
    await fillFrom('mariadb', data, async (fresh) => {
      const init = ['--no-defaults', `--datadir=${fresh}`, ...common, '--skip-test-db']
      const login = '--auth-root-authentication-method=normal'
      await run('mariadb-install-db', [...init, login], { cwd: dir })
    })
    const port = await freePort()
    const quick = ['--innodb-flush-log-at-trx-commit=0', '--skip-log-bin', '--skip-name-resolve']
    const address = [`--port=${port}`, '--bind-address=127.0.0.1', `--socket=${join(data, 's')}`]
    const files = [`--pid-file=${join(data, 'pid')}`, '--innodb-buffer-pool-size=64M']
    const args = ['--no-defaults', `--datadir=${data}`, ...common, ...quick, ...address, ...files]
    started = await startGuarded('mariadbd', args, dir)
    const url = `mysql://root@127.0.0.1:${port}/breakwater`
    const deadline = Date.now() + START_MS
    while (!(await answers(port))) {
      if (started.alive() && Date.now() < deadline) {
        await sleep(50)
        continue
      }
      throw new ServerError(
        'E_START_FAILED',
        `mariadbd did not answer on port ${port}. It said:\n${started.output()}`,
      )
    }
    return { url, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function answers(port: number): Promise<boolean> {
  try {
    const connection = await createConnection({ host: '127.0.0.1', port, user: 'root' })
    await connection.query('create database if not exists breakwater')
    await connection.end()
    return true
  } catch {
    return false
  }
}
