import { env } from 'node:process'
import { runOrExit } from '../../scripts/run.mjs'

/**
 * Runs once before all test files. Tests that start other processes run compiled programs (.build), and these
 * import the package as its users do (dist): both must be of the same source as the tests themselves.
 *
 * Vitest asks for it once for each project, in one process. A test that runs tests has built already, and says so.
 */
export default async function build(): Promise<void> {
  if (env['BREAKWATER_BUILT'] !== undefined) return
  await runOrExit('node', ['scripts/setup.mjs'])
  await runOrExit('node', ['scripts/build.mjs'])
  await runOrExit('node', ['scripts/build.mjs', '--programs'])
  env['BREAKWATER_BUILT'] = '1'
}
