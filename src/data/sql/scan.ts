import type { Dialect } from '../dialect.ts'
import type { ScannedStatement } from './scanned.ts'
import { StatementScan } from './statement-scan.ts'
import { type StatementText, statementTexts } from './statement-texts.ts'
import { COMMITS_FIRST } from './words.ts'

/** Texts remembered for each dialect; longer ones are read anew each time. */
const MAX_TEXTS = 2000
const MAX_TEXT_LENGTH = 20_000

const memory: Record<Dialect, Map<string, readonly ScannedStatement[]>> = {
  postgres: new Map(),
  mysql: new Map(),
  sqlite: new Map(),
}

/** What each statement of a text does, in order; remembered. Never throws: what cannot be read may change anything. */
export function scan(sql: string, dialect: Dialect): readonly ScannedStatement[] {
  const known = memory[dialect]
  const found = known.get(sql)
  if (found !== undefined) return found
  const statements = statementTexts(sql, dialect).map((text) => scanStatement(text, dialect))
  if (sql.length <= MAX_TEXT_LENGTH) {
    if (known.size >= MAX_TEXTS) known.delete(known.keys().next().value as string)
    known.set(sql, statements)
  }
  return statements
}

function scanStatement(text: StatementText, dialect: Dialect): ScannedStatement {
  const statement = new StatementScan(text, dialect).scan()
  const [first, second] = text.tokens
  if (dialect !== 'mysql' || !COMMITS_FIRST.test(first?.text ?? '')) return statement
  return second?.text === 'TEMPORARY' ? statement : { ...statement, commitsFirst: true }
}
