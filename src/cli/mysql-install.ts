import { parseArgs } from 'node:util'
import { CacheError, optionError } from '../base/errors.ts'
import { outboxRemovalSql, outboxSql, outboxTables } from '../data/adapters/mysql/index.ts'
import { withConnection } from '../data/adapters/mysql/run-statements.ts'
import type { Command } from './command.ts'
import { migrate, tablesOf } from './migration.ts'

const OPTIONS = {
  tables: { type: 'string' },
  outbox: { type: 'string' },
  uninstall: { type: 'boolean', default: false },
  apply: { type: 'boolean', default: false },
  'dry-run': { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
} as const

/** `breakwater mysql:install`: what writes down the changes of a MySQL or MariaDB. It reads the primary keys from there. */
export const mysqlInstall: Command = {
  name: 'mysql:install',
  usage: 'mysql:install <url> --tables a,b [--apply]',
  summary: 'prints the statements of the outbox for MySQL or MariaDB, or runs them',

  async run(args, write) {
    const { positionals, values } = parseArgs({ args, allowPositionals: true, options: OPTIONS })
    const { outbox, uninstall, apply, json } = values
    const names = tablesOf(values.tables)
    const [url] = positionals
    if (url === undefined)
      throw optionError('mysql:install', "an address such as 'mysql://user@host/database'", 'none')
    return await withConnection(url, async (connection) => {
      const tables = await outboxTables(connection, names)
      const missing = names.filter((name) => !tables.some((table) => table.name === name))
      if (missing.length > 0 && !uninstall)
        throw new CacheError('E_OPTION', `There is no table '${missing.join("', '")}'.`)
      const statements = uninstall
        ? outboxRemovalSql(names, outbox)
        : outboxSql({ tables, ...(outbox !== undefined && { outbox }) })
      const flags = { apply, json, dryRun: values['dry-run'] }
      return await migrate(statements, flags, write, async () => {
        for (const statement of statements) await connection.query(statement)
      })
    })
  },
}
