import { generateShop } from './generate.ts'
import type { Size } from './generate.ts'
import { indexes, schema } from './schema.ts'

/** The two things seeding asks of a database: PGlite and pg both have them. */
export interface Seedable {
  script(sql: string): Promise<unknown>
  query(sql: string, params: unknown[]): Promise<unknown>
}

/** Rows travel as JSON: one parameter for thousands of rows, on every PostgreSQL. */
const ROWS_PER_STATEMENT = 10_000

/** Creates the tables in an empty database and fills them. */
export async function seed(database: Seedable, size?: Size): Promise<void> {
  await database.script(schema)
  // Object.entries keeps the order of the literal in generateShop: a table comes after those it refers to.
  for (const [table, rows] of Object.entries(generateShop(size))) {
    for (let start = 0; start < rows.length; start += ROWS_PER_STATEMENT) {
      const json = JSON.stringify(rows.slice(start, start + ROWS_PER_STATEMENT))
      await database.query(
        `insert into ${table} select * from json_populate_recordset(null::${table}, $1)`,
        [json],
      )
    }
  }
  await database.script(indexes)
}

/**
 * Moves orders up to now. They were generated at fixed moments, and the best sellers of the last 30 days would otherwise
 * be an empty list for everyone who starts the example later.
 */
export const BRING_ORDERS_UP_TO_DATE = `
  update orders set placed_at = placed_at + (select now() - max(placed_at) from orders)
  where (select max(placed_at) from orders) < now() - interval '1 day'`
