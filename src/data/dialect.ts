/** Whose SQL it is. MariaDB speaks `mysql`; libsql speaks `sqlite`; PGlite speaks `postgres`. */
export type Dialect = 'postgres' | 'mysql' | 'sqlite'

/** The dialects of SQL that can be read. */
export const DIALECTS: readonly Dialect[] = ['postgres', 'mysql', 'sqlite']
