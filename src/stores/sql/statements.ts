// Every statement, by dialect. Keys are bytes: no collation makes two of them one, and no encoding refuses one.
import { optionError } from '../../base/errors.ts'
import type { Dialect } from './driver.ts'

const NAME = /^[a-z_][a-z0-9_]{0,40}(?:\.[a-z_][a-z0-9_]{0,40})?$/i

/** @throws {CacheError} `E_OPTION`: the name goes into statements as it is */
export function checkTable(table: unknown): string {
  if (typeof table === 'string' && NAME.test(table)) return table
  throw optionError('table', "a name of letters, digits and _, such as 'breakwater_entry'", table)
}

const COLUMNS: Readonly<Record<Dialect, string>> = {
  postgres:
    'k bytea primary key, rec bytea not null, ver varchar(32) not null, keep_until bigint not null',
  mysql:
    'k varbinary(2000) not null primary key, rec longblob not null, ver varchar(32) not null, keep_until bigint not null',
  sqlite: 'k blob primary key, rec blob not null, ver text not null, keep_until integer not null',
}
const AFTER: Readonly<Record<Dialect, string>> = {
  postgres: '',
  mysql: ' engine=InnoDB',
  sqlite: ' without rowid',
}

/** The statements that make the table: for a migration, or for `createTable`. They may be run again. */
export function tableSql(dialect: Dialect, table = 'breakwater_entry'): string[] {
  checkTable(table)
  const index = `${table.replace('.', '_')}_keep_until`
  const make = `create table if not exists ${table} (${COLUMNS[dialect]})${AFTER[dialect]}`
  if (dialect === 'mysql')
    return [
      make.replace(
        'keep_until bigint not null',
        `keep_until bigint not null, index ${index} (keep_until)`,
      ),
    ]
  return [make, `create index if not exists ${index} on ${table} (keep_until)`]
}

export class Statements {
  readonly #dialect: Dialect
  readonly #table: string

  constructor(dialect: Dialect, table: string) {
    this.#dialect = dialect
    this.#table = table
  }

  get create(): string[] {
    return tableSql(this.#dialect, this.#table)
  }

  /** Parameters: the generations' key and the version of them that is known, then keys. Their bytes only when they are others. */
  read(keys: number): string {
    const marks = Array.from({ length: keys }, () => '?').join(', ')
    return this.#text(
      `select k, ver, keep_until, case when k = ? and ver = ? then null else rec end as rec from ${this.#table} where k in (${marks})`,
    )
  }

  /** Parameters: key, bytes, version, end; then, without {@link replaceDead}, now. Changes nothing where something lives. */
  get insert(): string {
    const into = `insert into ${this.#table} (k, rec, ver, keep_until) values (?, ?, ?, ?)`
    if (this.#dialect === 'mysql') return into
    return this.#text(
      `${into} on conflict (k) do update set rec = excluded.rec, ver = excluded.ver, keep_until = excluded.keep_until where ${this.#bare}.keep_until <= ?`,
    )
  }

  /**
   * Where one statement cannot tell whether it has inserted: what is done when the key is taken. Parameters: bytes, version,
   * end, key, now.
   */
  get replaceDead(): string | undefined {
    if (this.#dialect !== 'mysql') return undefined
    return `update ${this.#table} set rec = ?, ver = ?, keep_until = ? where k = ? and keep_until <= ?`
  }

  /** Parameters: bytes, version, end, key, version expected. */
  get update(): string {
    return this.#text(
      `update ${this.#table} set rec = ?, ver = ?, keep_until = ? where k = ? and ver = ?`,
    )
  }

  /** Parameters: key, version expected. */
  get remove(): string {
    return this.#text(`delete from ${this.#table} where k = ? and ver = ?`)
  }

  /** Parameters: key. For the application's own transaction. */
  get removeAny(): string {
    return this.#text(`delete from ${this.#table} where k = ?`)
  }

  /** Parameters: key. Its row is ours until the transaction ends. */
  get lock(): string {
    const how = this.#dialect === 'sqlite' ? '' : ' for update'
    return this.#text(`select k, ver, keep_until, rec from ${this.#table} where k = ?${how}`)
  }

  /** Parameters: now, how many. */
  get sweep(): string {
    if (this.#dialect === 'mysql')
      return `delete from ${this.#table} where keep_until <= ? order by keep_until limit ?`
    return this.#text(
      `delete from ${this.#table} where k in (select k from ${this.#table} where keep_until <= ? order by keep_until limit ?)`,
    )
  }

  /** Parameters: how many. Those that end first. */
  get evict(): string {
    if (this.#dialect === 'mysql')
      return `delete from ${this.#table} where k >= ${this.#first} order by keep_until limit ?`
    return this.#text(
      `delete from ${this.#table} where k in (select k from ${this.#table} where k >= ${this.#first} order by keep_until limit ?)`,
    )
  }

  get count(): string {
    return `select count(*) as n from ${this.#table}`
  }

  /** What the table takes on the disk, in bytes; of SQLite the whole file. */
  get size(): string {
    switch (this.#dialect) {
      case 'postgres':
        return `select pg_total_relation_size('${this.#table}') as n`
      case 'mysql':
        return `select data_length + index_length as n from information_schema.tables where table_schema = database() and table_name = '${this.#bare}'`
      case 'sqlite':
        return 'select page_count * page_size as n from pragma_page_count(), pragma_page_size()'
    }
  }

  /** Parameters: after which key, before which key, now, how many. */
  get scan(): string {
    return this.#text(
      `select k from ${this.#table} where k > ? and k < ? and keep_until > ? order by k limit ?`,
    )
  }

  get flush(): string {
    return `delete from ${this.#table}`
  }

  /** The database's clock in milliseconds; SQLite has this machine's. */
  get now(): string | undefined {
    switch (this.#dialect) {
      case 'postgres':
        return 'select (extract(epoch from clock_timestamp()) * 1000)::float8 as n'
      case 'mysql':
        return 'select unix_timestamp(now(3)) * 1000 as n'
      default:
        return undefined
    }
  }

  /** In a statement, a table goes by its name alone. */
  get #bare(): string {
    return this.#table.slice(this.#table.indexOf('.') + 1)
  }

  /** Before every key of an entry and after those of generations. */
  get #first(): string {
    return this.#dialect === 'postgres' ? `'\\x01'::bytea` : `x'01'`
  }

  /** PostgreSQL counts its parameters. */
  #text(text: string): string {
    if (this.#dialect !== 'postgres') return text
    let count = 0
    return text.replaceAll('?', () => `$${++count}`)
  }
}
