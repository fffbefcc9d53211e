import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { breakwater as run } from './breakwater.ts'

async function breakwater(...args: string[]): Promise<{ code: number; text: string }> {
  const { code, stderr, stdout } = await run(args)
  return { code, text: stdout + stderr }
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
    [['create-table'], 2, 'expected an address'],
    [
      ['create-table', '--print', 'oracle'],
      2,
      'postgres, postgresql, pglite, mysql, mariadb, sqlite',
    ],
    [['create-table', 'sqlite:///x.db', '--table', 'a; drop'], 2, 'letters, digits and _'],
    [['create-table', 'sqlite:///there/is/no/such/folder.db'], 1, 'cannot be used'],
  ] as const)('refuses %j, and ends with %i', async (args, exit, message) => {
    const { code, text } = await breakwater(...args)

    expect(text).toContain(message)
    expect(text).not.toContain('    at ')
    expect(code).toBe(exit)
  })
})
