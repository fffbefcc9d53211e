import { createConnection } from 'mysql2/promise'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type MariadbServer, startMariadb } from '../servers/mariadb.ts'
import { type PostgresServer, startPostgres } from '../servers/postgres.ts'
import { psql } from '../servers/command-line.ts'
import { breakwater as run } from './breakwater.ts'

async function breakwater(...args: string[]): Promise<{ code: number; text: string }> {
  const { code, stderr, stdout } = await run(args)
  return { code, text: stdout + stderr }
}

describe('breakwater pg:install', () => {
  let server: PostgresServer

  beforeAll(async () => {
    server = await startPostgres({ settings: ['wal_level=logical'] })
    await query('create table products (id integer primary key)')
  })
  afterAll(async () => {
    await server.stop()
  })

  async function query(text: string): Promise<unknown[]> {
    const client = new pg.Client({ connectionString: server.url })
    await client.connect()
    const { rows } = await client.query<Record<string, unknown>>(text)
    await client.end()
    return rows.map((row) => Object.values(row)[0])
  }

  it('prints what psql takes as it is, and touches none', async () => {
    const printed = await breakwater('pg:install', '--tables', 'products')
    expect(printed.code).toBe(0)
    expect(await query("select to_regclass('breakwater_outbox')")).toEqual([null])

    await psql(server.url, printed.text)
    await query('insert into products values (1)')

    expect(await query('select ids from breakwater_outbox')).toEqual([['1']])
    await psql(server.url, (await breakwater('pg:install', '--uninstall')).text)
    expect(await query("select to_regclass('breakwater_outbox')")).toEqual([null])
  })

  it('runs the statements when it is told to, also twice, and takes them back', async () => {
    for (let round = 0; round < 2; round++) {
      const { code, text } = await breakwater(
        'pg:install',
        server.url,
        '--tables',
        'products',
        '--apply',
      )
      expect([code, text]).toEqual([0, expect.stringMatching(/^Done: \d+ statements/)])
    }
    expect(
      await query("select count(*)::int from pg_trigger where tgname like 'breakwater%'"),
    ).toEqual([4])

    const removed = await breakwater('pg:install', '--uninstall', '--apply', server.url, '--json')

    expect(JSON.parse(removed.text)).toMatchObject({ applied: true })
    expect(
      await query("select count(*)::int from pg_trigger where tgname like 'breakwater%'"),
    ).toEqual([0])
  })

  it('makes a publication for logical decoding', async () => {
    const args = ['pg:install', '--via', 'decoding', '--tables', 'products', '--apply', server.url]

    expect((await breakwater(...args)).code).toBe(0)
    expect(await query('select tablename from pg_publication_tables')).toEqual(['products'])
    const removed = await breakwater('pg:install', '--via', 'decoding', '--uninstall', '--json')
    expect(JSON.parse(removed.text)).toMatchObject({
      applied: false,
      statements: expect.arrayContaining([expect.stringContaining('drop publication')]),
    })
  })

  it.each([
    [['--tables', ''], 2, "tables such as 'products,audit.log'"],
    [['--tables', 'a', '--apply'], 2, "an address such as 'postgres://"],
    [['--tables', 'a', '--apply', '--dry-run'], 2, 'got both'],
    [['--tables', 'a', '--via', 'notify'], 2, "'outbox' or 'decoding'"],
    [
      ['--tables', 'a', '--apply', 'postgres://postgres@127.0.0.1:1/x'],
      1,
      'The database refused it',
    ],
  ] as const)('refuses %j, and ends with %i', async (args, exit, message) => {
    const { code, text } = await breakwater('pg:install', ...args)

    expect(text).toContain(message)
    expect(text).not.toContain('    at ')
    expect(code).toBe(exit)
  })

  it('says what the database says, and leaves nothing half done', async () => {
    const args = ['pg:install', '--tables', 'products,nothing', '--apply', server.url]

    const { code, text } = await breakwater(...args)

    expect([code, text]).toEqual([1, expect.stringContaining('relation "nothing" does not exist')])
    expect(await query("select to_regclass('breakwater_outbox')")).toEqual([null])
  })
})

describe('breakwater mysql:install', () => {
  let server: MariadbServer

  beforeAll(async () => {
    server = await startMariadb()
    await query('create table products (id integer primary key)')
  })
  afterAll(async () => {
    await server.stop()
  })

  async function query(text: string): Promise<unknown> {
    const connection = await createConnection(server.url)
    const [rows] = await connection.query(text)
    await connection.end()
    return rows
  }

  it('prints with the keys of the database, and runs it when it is told to', async () => {
    const args = ['mysql:install', server.url, '--tables', 'products']
    const printed = await breakwater(...args)
    expect(printed.text).toContain('cast(new.`id` as char)')
    expect(await query("show tables like 'breakwater%'")).toEqual([])

    expect((await breakwater(...args, '--apply')).code).toBe(0)
    await query('insert into products values (7)')

    expect(await query('select row_id from breakwater_outbox')).toEqual([{ row_id: '7' }])
    expect((await breakwater(...args, '--apply', '--uninstall')).code).toBe(0)
    expect(await query("show tables like 'breakwater%'")).toEqual([])
  })

  it('refuses tables that there are not, and to work without a database', async () => {
    const missing = await breakwater('mysql:install', server.url, '--tables', 'nothing')
    const nowhere = await breakwater('mysql:install', '--tables', 'products')

    expect([missing.code, missing.text]).toEqual([2, "There is no table 'nothing'.\n"])
    expect(nowhere.text).toContain("an address such as 'mysql://")
  })
})
