import { optionError } from '../base/errors.ts'
import { createTable, type Dialect, sql, tableSql } from '../stores/sql/index.ts'
import { type Command, EXIT, JSON_OPTION } from './command.ts'
import { visibleJson } from './visible.ts'

/** By the names under which people know their database. */
const DIALECTS: Readonly<Record<string, Dialect>> = {
  postgres: 'postgres',
  postgresql: 'postgres',
  pglite: 'postgres',
  mysql: 'mysql',
  mariadb: 'mysql',
  sqlite: 'sqlite',
}

const DEFAULT_TABLE = 'breakwater_entry'

/** `breakwater create-table`: makes the SQL store's table, or prints how. */
export const createTableCommand: Command = {
  name: 'create-table',
  words: '<url> | --print <dialect>',
  mostWords: 1,
  choices: ['--print'],
  summary: "makes the SQL store's table, or prints the statements for a migration",
  options: {
    print: {
      value: '<dialect>',
      summary: `prints the statements: ${Object.keys(DIALECTS).join(', ')}`,
      choices: Object.keys(DIALECTS),
    },
    table: { value: '<name>', summary: `what it is called; default ${DEFAULT_TABLE}` },
    ...JSON_OPTION,
  },
  examples: [
    ['breakwater create-table postgres://user@host/database', 'also twice: it stays as it is'],
    ['breakwater create-table --print postgres > 0007_cache.sql', 'for a migration'],
  ],

  async run({ flags, terminal, values, words }) {
    const print = values.get('print')
    const table = values.get('table') ?? DEFAULT_TABLE
    if (print !== undefined) {
      const dialect = Object.hasOwn(DIALECTS, print) ? DIALECTS[print] : undefined
      if (dialect === undefined)
        throw optionError('--print', Object.keys(DIALECTS).join(', '), print)
      const statements = tableSql(dialect, table)
      if (flags.has('json')) terminal.writeLine(visibleJson({ applied: false, statements }))
      else terminal.write(`${statements.join(';\n')};\n`)
      return EXIT.ok
    }
    const [url] = words
    if (url === undefined)
      throw optionError(
        'create-table',
        "an address such as 'postgres://user@host/database'",
        'none',
      )
    await createTable(sql(url, { table }))
    if (flags.has('json')) terminal.writeLine(visibleJson({ applied: true, table }))
    else terminal.writeLine(`The table '${table}' is there.`)
    return EXIT.ok
  },
}
