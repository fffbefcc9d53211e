// A project of somebody who uses the package: empty, but for what is installed in it, the package from its tarball.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { run } from './run.mjs'

const QUIET = ['--no-audit', '--no-fund', '--ignore-scripts', '--prefer-offline']

/** @type {string | undefined} */
let tarball

/**
 * The tarball of what is built, packed once for all projects of this process.
 *
 * @returns {Promise<string>} its path
 */
export async function packed() {
  if (tarball !== undefined) return tarball
  const folder = mkdtempSync(join(tmpdir(), 'breakwater-tarball-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  await must('npm', ['pack', '--ignore-scripts', '--pack-destination', folder])
  const name = readdirSync(folder).find((each) => each.endsWith('.tgz'))
  if (name === undefined) throw new Error(`npm pack left no tarball in ${folder}`)
  tarball = join(folder, name)
  return tarball
}

/** What a project is before anything is installed. */
export const EMPTY = { 'package.json': '{ "name": "shop", "private": true, "type": "module" }' }

/**
 * Installs, without running anybody's scripts.
 *
 * @param {string} project
 * @param {readonly string[]} packages
 */
export async function install(project, packages) {
  await must('npm', ['install', ...QUIET, ...packages], { cwd: project })
}

/**
 * Makes a project, lets something be done in it, and removes it whatever happens.
 *
 * @template T
 * @param {Readonly<Record<string, string>>} files by path
 * @param {(project: string) => Promise<T>} act
 * @returns {Promise<T>}
 */
export async function inProject(files, act) {
  const project = mkdtempSync(join(tmpdir(), 'breakwater-consumer-'))
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(project, path)), { recursive: true })
      writeFileSync(join(project, path), text)
    }
    return await act(project)
  } finally {
    rmSync(project, { recursive: true, force: true, maxRetries: 5 })
  }
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<string>} its output
 * @throws {Error} with its output when it fails
 */
export async function must(command, args, options) {
  const { code, output } = await run(command, args, options)
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} failed (exit ${code}):\n${output}`)
  return output
}
