import { CacheError } from '../../../base/errors.ts'
import type { Dialect } from '../../dialect.ts'
import type { DataSource } from './typeorm.ts'

const SPOKEN: Readonly<Record<string, Dialect>> = {
  postgres: 'postgres',
  'aurora-postgres': 'postgres',
  mysql: 'mysql',
  mariadb: 'mysql',
  'aurora-mysql': 'mysql',
  'better-sqlite3': 'sqlite',
  sqlite: 'sqlite',
  sqljs: 'sqlite',
}

/** @throws {CacheError} `E_UNSUPPORTED` */
export function spokenBy(source: DataSource): Dialect {
  const dialect = SPOKEN[source.options.type]
  if (dialect !== undefined) return dialect
  throw new CacheError(
    'E_UNSUPPORTED',
    `breakwater/typeorm caches reads of PostgreSQL, MySQL, MariaDB and SQLite, and not of ${source.options.type}.`,
  )
}
