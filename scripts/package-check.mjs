// Looks at the package as it would be published: the tarball, not the working tree.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from './run.mjs'

const dir = mkdtempSync(join(tmpdir(), 'breakwater-pack-'))
try {
  const pack = await run('npm', ['pack', '--ignore-scripts', '--pack-destination', dir])
  const tarball = readdirSync(dir).find((name) => name.endsWith('.tgz'))
  if (pack.code !== 0 || tarball === undefined) throw new Error(`npm pack failed:\n${pack.output}`)

  const file = join(dir, tarball)
  // require() of this package is an ES module on purpose; every supported Node can load it.
  const checks = await Promise.all([
    run('publint', ['run', file, '--strict']),
    run('attw', [file, '--profile', 'esm-only', '--no-emoji', '--no-color']),
  ])
  for (const { code, output } of checks) {
    process.stdout.write(output)
    if (code !== 0) process.exitCode = 1
  }
} finally {
  rmSync(dir, { recursive: true, force: true })
}
