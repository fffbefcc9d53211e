import { optionError } from '../base/errors.ts'
import {
  decodingRemovalSql,
  decodingSql,
  outboxRemovalSql,
  outboxSql,
} from '../data/adapters/pg/index.ts'
import { runStatements } from '../data/adapters/pg/run-statements.ts'
import type { Command } from './command.ts'
import { migrate, MIGRATION, tablesOf } from './migration.ts'

/** `breakwater pg:install`: what writes down the changes of a PostgreSQL. */
export const pgInstall: Command = {
  name: 'pg:install',
  words: '[url] --tables a,b [--apply]',
  mostWords: 1,
  summary: 'prints the statements of the outbox (--via decoding: of a publication), or runs them',
  options: {
    tables: { value: '<a,b>', summary: 'whose changes are written down' },
    via: {
      value: '<way>',
      summary: "'outbox' (default): triggers; 'decoding': a publication and a slot",
      choices: ['outbox', 'decoding'],
    },
    schema: { value: '<name>', summary: 'of the outbox' },
    publication: { value: '<name>', summary: 'with --via decoding' },
    slot: { value: '<name>', summary: "with --via decoding; default 'breakwater'" },
    uninstall: { value: 'flag', summary: 'the statements that take it back' },
    ...MIGRATION,
  },
  examples: [
    ['breakwater pg:install --tables products,reviews > 0008_outbox.sql', 'for a migration'],
    ['breakwater pg:install postgres://host/shop --tables products --apply', 'at once'],
  ],

  async run(call) {
    const { flags, values, words } = call
    const via = values.get('via') ?? 'outbox'
    if (via !== 'outbox' && via !== 'decoding')
      throw optionError('--via', "'outbox' or 'decoding'", via)
    const schema = values.get('schema')
    const publication = values.get('publication')
    const tables = values.get('tables')
    const statements = flags.has('uninstall')
      ? via === 'outbox'
        ? outboxRemovalSql(schema)
        : decodingRemovalSql(values.get('slot') ?? 'breakwater', publication)
      : via === 'outbox'
        ? outboxSql({ tables: tablesOf(tables), ...(schema !== undefined && { schema }) })
        : decodingSql({
            tables: tablesOf(tables),
            ...(publication !== undefined && { publication }),
          })
    return await migrate(call, statements, async () => {
      const [url] = words
      if (url === undefined)
        throw optionError('--apply', "an address such as 'postgres://user@host/database'", 'none')
      await runStatements(url, statements)
    })
  },
}
