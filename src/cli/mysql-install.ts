import { CacheError, optionError } from '../base/errors.ts'
import { outboxRemovalSql, outboxSql, outboxTables } from '../data/adapters/mysql/index.ts'
import { withConnection } from '../data/adapters/mysql/run-statements.ts'
import type { Command } from './command.ts'
import { migrate, MIGRATION, tablesOf } from './migration.ts'

/** `breakwater mysql:install`: what writes down the changes of a MySQL or MariaDB. It reads the primary keys from there. */
export const mysqlInstall: Command = {
  name: 'mysql:install',
  words: '<url> --tables a,b [--apply]',
  mostWords: 1,
  summary: 'prints the statements of the outbox for MySQL or MariaDB, or runs them',
  options: {
    tables: { value: '<a,b>', summary: 'whose changes are written down' },
    outbox: { value: '<name>', summary: 'the name of the outbox' },
    uninstall: { value: 'flag', summary: 'the statements that take it back' },
    ...MIGRATION,
  },
  examples: [
    ['breakwater mysql:install mysql://host/shop --tables products > 0008.sql', 'for a migration'],
    ['breakwater mysql:install mysql://host/shop --tables products --apply', 'at once'],
  ],

  async run(call) {
    const { flags, values, words } = call
    const outbox = values.get('outbox')
    const names = tablesOf(values.get('tables'))
    const [url] = words
    if (url === undefined)
      throw optionError('mysql:install', "an address such as 'mysql://user@host/database'", 'none')
    return await withConnection(url, async (connection) => {
      const tables = await outboxTables(connection, names)
      const missing = names.filter((name) => !tables.some((table) => table.name === name))
      const isRemoval = flags.has('uninstall')
      if (missing.length > 0 && !isRemoval)
        throw new CacheError('E_OPTION', `There is no table '${missing.join("', '")}'.`)
      const statements = isRemoval
        ? outboxRemovalSql(names, outbox)
        : outboxSql({ tables, ...(outbox !== undefined && { outbox }) })
      return await migrate(call, statements, async () => {
        for (const statement of statements) await connection.query(statement)
      })
    })
  },
}
