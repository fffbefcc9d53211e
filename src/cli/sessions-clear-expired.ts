import { optionError } from '../base/errors.ts'
import { sessionTable } from '../stores/sql/index.ts'
import { type Command, EXIT, JSON_OPTION, REMOVING } from './command.ts'
import { count } from './numbers.ts'
import { visibleJson } from './visible.ts'

const DEFAULT_TABLE = 'breakwater_sessions'

/** `breakwater sessions:clear-expired`: what a nightly job does for a table of sessions. */
export const sessionsClearExpired: Command = {
  name: 'sessions:clear-expired',
  words: '<url>',
  mostWords: 1,
  summary: 'removes sessions that have ended from their table',
  description: `Stores of caches forget by themselves; a table behind them keeps rows until they are removed. In batches that hold
up nobody, and without a question: what has ended is nobody's any more.`,
  options: {
    table: { value: '<name>', summary: `what it is called; default ${DEFAULT_TABLE}` },
    'dry-run': REMOVING['dry-run'] as NonNullable<(typeof REMOVING)['dry-run']>,
    ...JSON_OPTION,
  },
  examples: [
    ['breakwater sessions:clear-expired postgres://user@host/database', 'once a night'],
    [
      'breakwater sessions:clear-expired sqlite:///var/lib/shop/sessions.db -n',
      'how many that would be',
    ],
  ],

  async run({ flags, signal, terminal, values, words }) {
    const [url] = words
    if (url === undefined)
      throw optionError(
        'sessions:clear-expired',
        "an address such as 'postgres://user@host/database'",
        'none',
      )
    const name = values.get('table') ?? DEFAULT_TABLE
    const table = sessionTable(url, { table: name, create: false })
    const dryRun = flags.has('dry-run')
    const onProgress = (removed: number): void => terminal.progress(`${count(removed)} removed`)
    try {
      const removed = dryRun
        ? await table.countExpired({ signal })
        : await table.clearExpired({ signal, onProgress })
      if (flags.has('json')) terminal.writeLine(visibleJson({ table: name, dryRun, removed }))
      else
        terminal.say(
          `${count(removed)} ended ${removed === 1 ? 'session' : 'sessions'} ${dryRun ? 'would go' : 'removed'} from '${name}'.`,
        )
      return EXIT.ok
    } finally {
      await table.close()
    }
  },
}
