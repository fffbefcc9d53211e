// A template as its user has it: a copy of its folder, with the packages that its package.json names and no others, and
// Breakwater as it is built.
import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { env } from 'node:process'
import { root } from '../../scripts/run.mjs'

export const PASSWORD = 'known to the test'

interface Manifest {
  readonly scripts: Readonly<Record<string, string>>
  readonly dependencies: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
}

/** What `templates/<name>/package.json` says. */
export function manifestOf(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
}

export interface StartedTemplate {
  readonly url: string
  stop(): Promise<void>
}

/** Copies it into a temporary folder. What has to be removed: the folder that is returned. */
export function copyTemplate(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'breakwater-template-'))
  const ours = join(root, 'templates', name)
  cpSync(ours, folder, {
    recursive: true,
    filter: (path) => !/\/(?:node_modules|dist|generated)$/.test(path.slice(ours.length)),
  })
  const { dependencies, devDependencies } = manifestOf(folder)
  for (const dependency of Object.keys({ ...dependencies, ...devDependencies })) {
    const link = join(folder, 'node_modules', dependency)
    mkdirSync(dirname(link), { recursive: true })
    symlinkSync(dependency === 'breakwater' ? root : join(root, 'node_modules', dependency), link)
  }
  symlinkSync(join(root, 'node_modules/.bin'), join(folder, 'node_modules/.bin'))
  return folder
}

/**
 * `npm start`, on a free port.
 *
 * @param folder what {@link copyTemplate} returned
 * @param given `DATABASE_URL`, `REDIS_URL`; without them it has its own
 * @throws with what it wrote, when it ends before it listens
 */
export async function startTemplate(
  folder: string,
  given: Readonly<Record<string, string>>,
): Promise<StartedTemplate> {
  // This machine's databases are none of the template's.
  const none = { DATABASE_URL: '', REDIS_URL: '' }
  const child = spawn('npm', ['start'], {
    cwd: folder,
    env: { ...env, ...none, ...given, PORT: '0', ADMIN_PASSWORD: PASSWORD },
    stdio: ['ignore', 'pipe', 'pipe'],
    // The head of a group of its own: npm starts a shell, which starts the shop.
    detached: true,
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  let output = ''
  const url = await new Promise<string>((resolve, reject) => {
    const hear = (chunk: Buffer): void => {
      output += chunk.toString()
      const [said] = /http:\/\/localhost:\d+/.exec(output) ?? []
      if (said !== undefined) resolve(said)
    }
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    child.once('error', reject)
    child.once('close', () => reject(new Error(`it ended before it listened:\n${output}`)))
  })
  return {
    url,
    async stop() {
      if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGTERM')
      await ended
    },
  }
}

export function removeCopy(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}
