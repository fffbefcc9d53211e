// Packages that a script needs and that not everybody's `npm ci` should bring: each in a folder of its own beside the
// project's, fetched through npm when it is first asked for.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { must } from './consumer.mjs'
import { root } from './run.mjs'

/**
 * @param {string} name of the package
 * @param {string} version as npm understands it
 * @returns {Promise<string>} the folder of the package
 */
export async function fetched(name, version) {
  const folder = join(root, 'node_modules/.cache/fetched', `${name}@${version}`)
  const place = join(folder, 'node_modules', name)
  if (!existsSync(join(place, 'package.json'))) {
    const quiet = ['--no-save', '--no-package-lock', '--no-audit', '--no-fund', '--ignore-scripts']
    await must('npm', ['install', '--prefix', folder, ...quiet, `${name}@${version}`])
  }
  return place
}
