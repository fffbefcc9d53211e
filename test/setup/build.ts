import { runOrExit } from '../../scripts/run.mjs'

/**
 * Runs once before all test files. Tests that start other processes run compiled programs (.build), and these
 * import the package as its users do (dist): both must be of the same source as the tests themselves.
 */
export default async function build(): Promise<void> {
  await runOrExit('node', ['scripts/setup.mjs'])
  await runOrExit('node', ['scripts/build.mjs'])
  await runOrExit('node', ['scripts/build.mjs', '--programs'])
}
