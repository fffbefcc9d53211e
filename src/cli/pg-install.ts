import { parseArgs } from 'node:util'
import { optionError } from '../base/errors.ts'
import {
  decodingRemovalSql,
  decodingSql,
  outboxRemovalSql,
  outboxSql,
} from '../data/adapters/pg/index.ts'
import { runStatements } from '../data/adapters/pg/run-statements.ts'
import type { Command } from './command.ts'
import { migrate, tablesOf } from './migration.ts'

const OPTIONS = {
  tables: { type: 'string' },
  via: { type: 'string', default: 'outbox' },
  schema: { type: 'string' },
  publication: { type: 'string' },
  slot: { type: 'string', default: 'breakwater' },
  uninstall: { type: 'boolean', default: false },
  apply: { type: 'boolean', default: false },
  'dry-run': { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
} as const

/** `breakwater pg:install`: what writes down the changes of a PostgreSQL. */
export const pgInstall: Command = {
  name: 'pg:install',
  usage: 'pg:install --tables a,b [--apply <url>]',
  summary: 'prints the statements of the outbox (--via decoding: of a publication), or runs them',

  async run(args, write) {
    const { positionals, values } = parseArgs({ args, allowPositionals: true, options: OPTIONS })
    const { via, uninstall, schema, publication, slot, apply, json } = values
    if (via !== 'outbox' && via !== 'decoding')
      throw optionError('--via', "'outbox' or 'decoding'", via)
    const flags = { apply, json, dryRun: values['dry-run'] }
    const statements = uninstall
      ? via === 'outbox'
        ? outboxRemovalSql(schema)
        : decodingRemovalSql(slot, publication)
      : via === 'outbox'
        ? outboxSql({ tables: tablesOf(values.tables), ...(schema !== undefined && { schema }) })
        : decodingSql({
            tables: tablesOf(values.tables),
            ...(publication !== undefined && { publication }),
          })
    return await migrate(statements, flags, write, async () => {
      const [url] = positionals
      if (url === undefined)
        throw optionError('--apply', "an address such as 'postgres://user@host/database'", 'none')
      await runStatements(url, statements)
    })
  },
}
