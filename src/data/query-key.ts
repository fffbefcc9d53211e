import { structuralText } from '../base/structural-text.ts'

/** The methods by which drivers ask a value of the application what to send in its place, the most particular one first. */
const SENT_BY = ['toPostgres', 'toSqlString', 'toJSON'] as const

/**
 * The text of parameters such that two have the same text only if the database is sent the same: {@link structuralText}, where an
 * instance of a class without `Symbol.for('cacheKey')` stands as what its driver sends.
 *
 * @throws {CacheError} `E_KEY` for what has no such text: functions, symbols, cycles, instances that say nothing of themselves
 */
export function valueText(value: unknown): string {
  return structuralText(value, sentAs)
}

function sentAs(value: object): unknown {
  const said = value as Readonly<Record<string, unknown>>
  const method = SENT_BY.map((name) => said[name]).find((each) => typeof each === 'function')
  // `pg` gives toPostgres a function that prepares what is in it.
  return (method as ((prepare: unknown) => unknown) | undefined)?.call(value, itself)
}

function itself<T>(value: T): T {
  return value
}
