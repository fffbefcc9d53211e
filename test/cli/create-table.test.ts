import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'

async function breakwater(...args: string[]): Promise<{ code: number; text: string }> {
  return await new Promise((settle) => {
    execFile(process.execPath, ['dist/cli/main.js', ...args], (error, stdout, stderr) => {
      settle({ code: error === null ? 0 : Number(error.code), text: stdout + stderr })
    })
  })
}

describe('breakwater create-table', () => {
  it('makes the table, also twice', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'breakwater-cli-'))
    const path = join(folder, 'cache.db')
    for (let round = 0; round < 2; round++) {
      const { code, text } = await breakwater('create-table', `sqlite://${path}`, '--table', 'mine')
      expect([code, text]).toEqual([0, "The table 'mine' is there.\n"])
    }
    const db = new Database(path)
    expect(db.prepare('select count(*) as n from mine').get()).toEqual({ n: 0 })
    db.close()
    await rm(folder, { recursive: true })
  })

  it.each(['postgres', 'postgresql', 'pglite', 'mysql', 'mariadb', 'sqlite'])(
    'prints the statements for a migration: %s',
    async (name) => {
      const { code, text } = await breakwater('create-table', '--print', name)

      expect(text).toMatch(/^create table if not exists breakwater_entry \(k .*;\n$/s)
      expect(code).toBe(0)
    },
  )

  it.each([
    [['create-table'], 'expected an address'],
    [['create-table', '--print', 'oracle'], 'postgres, postgresql, pglite, mysql, mariadb, sqlite'],
    [['create-table', 'sqlite:///x.db', '--table', 'a; drop'], 'letters, digits and _'],
    [['create-table', 'sqlite:///there/is/no/such/folder.db'], 'cannot be used'],
  ])('refuses %j', async (args, message) => {
    const { code, text } = await breakwater(...args)

    expect(text).toContain(message)
    expect(text).not.toContain('    at ')
    expect(code).toBe(2)
  })
})
