import { parseArgs } from 'node:util'
import { optionError } from '../base/errors.ts'
import { createTable, type Dialect, sql, tableSql } from '../stores/sql/index.ts'
import type { Command } from './command.ts'

/** By the names under which people know their database. */
const DIALECTS: Readonly<Record<string, Dialect>> = {
  postgres: 'postgres',
  postgresql: 'postgres',
  pglite: 'postgres',
  mysql: 'mysql',
  mariadb: 'mysql',
  sqlite: 'sqlite',
}

/** `breakwater create-table`: makes the SQL store's table, or prints how. */
export const createTableCommand: Command = {
  name: 'create-table',
  usage: 'create-table <url> | --print <dialect>',
  summary: "makes the SQL store's table, or prints the statements for a migration",

  async run(args, write) {
    const { positionals, values } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        print: { type: 'string' },
        table: { type: 'string', default: 'breakwater_entry' },
      },
    })
    const { print, table } = values
    if (print !== undefined) {
      const dialect = Object.hasOwn(DIALECTS, print) ? DIALECTS[print] : undefined
      if (dialect === undefined)
        throw optionError('--print', Object.keys(DIALECTS).join(', '), print)
      write(`${tableSql(dialect, table).join(';\n')};\n`)
      return 0
    }
    const [url] = positionals
    if (url === undefined)
      throw optionError(
        'create-table',
        "an address such as 'postgres://user@host/database'",
        'none',
      )
    await createTable(sql(url, { table }))
    write(`The table '${table}' is there.\n`)
    return 0
  },
}
