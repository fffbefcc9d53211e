import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { hasSqlite, nodeWithSqlite } from '../../../scripts/node-with-sqlite.mjs'
import { root } from '../../../scripts/run.mjs'
import { sharedSqlite } from './shared-sqlite.ts'
import { sqliteContract, type SqliteDriver } from './sqlite-contract.ts'

if (hasSqlite(process.execPath)) {
  const name = 'node:sqlite'
  const { DatabaseSync } = (await import(/* @vite-ignore */ name)) as {
    DatabaseSync: new (file: string) => SqliteDriver
  }
  const open = (file: string): SqliteDriver => {
    const database = new DatabaseSync(file)
    database.exec('pragma busy_timeout = 5000')
    return database
  }
  sqliteContract(name, open)
  sharedSqlite(name, open)
} else runElsewhere()

/** This Node has no node:sqlite: one that has runs this same file. */
function runElsewhere(): void {
  it('keeps the contract of SQLite, on a Node that has it', { timeout: 120_000 }, async () => {
    const vitest = join(root, 'node_modules/vitest/vitest.mjs')
    const args = [vitest, 'run', import.meta.filename, '--reporter=json', '--retry=0']
    const options = { cwd: root, env: { ...process.env, BREAKWATER_BUILT: '1' } }
    const ran = promisify(execFile)(nodeWithSqlite(), args, options)
    const { stdout } = await ran.catch((error: unknown) => error as { stdout: string })
    const report = JSON.parse(stdout) as { numPassedTests: number; numFailedTests: number }

    expect(report, stdout).toMatchObject({ numFailedTests: 0 })
    expect(report.numPassedTests).toBeGreaterThan(25)
  })
}
