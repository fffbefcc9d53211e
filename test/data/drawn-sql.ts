// Statements at random, for comparing the scanner with a real parser: nested, with names that are keywords elsewhere, with
// comments and strings that look like SQL.
type Random = () => number

const NAMES = [
  'a',
  'b',
  'orders',
  'public.a',
  's.orders',
  '"Order"',
  '"a b"',
  '"from"',
  'set',
  'values',
  'update',
  'delete',
  'insert',
  'merge',
  'copy',
  'rows',
  'materialized',
  'recursive',
  'ordinality',
  'share',
  'key',
  'no',
  'of',
  'x',
  'y',
  'U&"\\0061"',
  'A',
  'étage',
  'position',
  'temp',
  'view',
  'into_',
  'search',
  'cycle',
  'lateral_',
  'replace',
  'ignore',
  'overwrite',
  'chain',
]
const CTES = ['x', 'y', 'a', 'orders', 'set', 'values']
const COLUMNS = ['id', 'n', 't.n', 'x.from', 'update', '"select"', 'delete', 'a.b', 'insert']
const NOISE = [
  ' ',
  '\n',
  ' /* from hidden */ ',
  ' -- join hidden\n',
  ' /* a /* b */ from c */ ',
  '\t',
]
const TEXTS = [
  "'from z'",
  "'it''s from z'",
  '$$join z$$',
  "E'\\' from z'",
  "$q$ ' from z $q$",
  "U&'from'",
  "'\\'",
]

export function drawnSql(random: Random): string {
  return new Draw(random).statement(3)
}

/** A text of pieces of others, cut between words. */
export function spliced(texts: readonly string[], random: Random): string {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T
  const words = pick(texts).split(/(?<=[\s(),;])|(?=[\s(),;])/)
  const others = pick(texts).split(/(?<=[\s(),;])|(?=[\s(),;])/)
  const at = Math.floor(random() * (words.length + 1))
  const cut = random() < 0.5 ? 0 : Math.floor(random() * 4)
  const from = Math.floor(random() * others.length)
  const length = random() < 0.3 ? others.length : 1 + Math.floor(random() * 8)
  return [
    ...words.slice(0, at),
    ' ',
    ...others.slice(from, from + length),
    ' ',
    ...words.slice(at + cut),
  ].join('')
}

class Draw {
  readonly #random: Random

  constructor(random: Random) {
    this.#random = random
  }

  #one<T>(from: readonly T[]): T {
    return from[Math.floor(this.#random() * from.length)] as T
  }

  #maybe(text: () => string, chance = 0.4): string {
    return this.#random() < chance ? text() : ''
  }

  #list(item: () => string, most = 3): string {
    const count = 1 + Math.floor(this.#random() * most)
    return Array.from({ length: count }, item).join(`,${this.#blank()}`)
  }

  #blank(): string {
    return this.#random() < 0.8 ? ' ' : this.#one(NOISE)
  }

  statement(depth: number): string {
    const draws = [
      () => this.#query(depth),
      () => this.#query(depth),
      () => this.#insert(depth),
      () => this.#update(depth),
      () => this.#delete(depth),
      () => this.#merge(depth),
    ]
    const statement = this.#one(draws)()
    return `${this.#maybe(() => this.#with(depth), 0.4)}${statement}`
  }

  #with(depth: number): string {
    const recursive = this.#maybe(() => 'RECURSIVE ', 0.3)
    const cte = (): string => {
      const draws = [
        () => this.#query(depth - 1),
        () => this.#query(depth - 1),
        () => this.#delete(depth - 1),
        () => this.#update(depth - 1),
        () => this.#insert(depth - 1),
      ]
      const body = this.#one(draws)()
      const materialized = this.#one(['', '', 'MATERIALIZED ', 'NOT MATERIALIZED '])
      return `${this.#one(CTES)}${this.#maybe(() => ' (n)', 0.2)} AS ${materialized}(${body})`
    }
    return `WITH ${recursive}${this.#list(cte, 2)} `
  }

  #query(depth: number): string {
    if (depth <= 0) return 'SELECT 1'
    const select = this.#list(() => this.#expression(depth - 1))
    const from = this.#maybe(
      () => `FROM${this.#blank()}${this.#list(() => this.#source(depth - 1))} `,
      0.9,
    )
    const where = this.#maybe(() => `WHERE ${this.#expression(depth - 1)} `)
    const order = this.#maybe(() => `ORDER BY ${this.#list(() => this.#expression(0))} `, 0.2)
    const more = this.#maybe(() => `UNION ALL ${this.#query(depth - 1)}`, 0.15)
    if (more !== '') return `SELECT ${select} ${from}${where}${more}`
    return `SELECT ${select} ${from}${where}${order}${this.#maybe(() => 'FOR UPDATE', 0.1)}`
  }

  #source(depth: number): string {
    const alias = this.#maybe(
      () => ` ${this.#one(['', 'AS '])}${this.#one(['t', 'u', 'set', 'insert', '"from"'])}`,
      0.5,
    )
    const plain = `${this.#maybe(() => 'ONLY ', 0.1)}${this.#one(NAMES)}${alias}`
    if (depth <= 0) return plain
    const chance = this.#random()
    if (chance < 0.45) return plain
    if (chance < 0.6)
      return `${this.#maybe(() => 'LATERAL ', 0.3)}(${this.statement0(depth - 1)}) AS s`
    if (chance < 0.7) return `(${this.#join(depth - 1)})`
    if (chance < 0.85) return this.#join(depth - 1)
    return `${this.#one(['generate_series', 'f', 's.f'])}(${this.#expression(depth - 1)}) AS g`
  }

  statement0(depth: number): string {
    return `${this.#maybe(() => this.#with(depth), 0.2)}${this.#query(depth)}`
  }

  #join(depth: number): string {
    const kind = this.#one(['JOIN', 'LEFT JOIN', 'FULL OUTER JOIN'])
    const on = this.#one([`ON ${this.#expression(depth - 1)}`, 'USING (id, n)'])
    return `${this.#source(depth - 1)} ${kind} ${this.#source(depth - 1)} ${on}`
  }

  #expression(depth: number): string {
    const simple = [
      () => this.#one(COLUMNS),
      () => this.#one(TEXTS),
      () => '$1',
      () => '-1',
      () => 'EXTRACT(year FROM ts)',
      () => 'a IS DISTINCT FROM b',
      () => "TRIM(LEADING 'x' FROM y)",
    ]
    if (depth <= 0) return this.#one(simple)()
    const deep = [
      () => `(${this.statement0(depth - 1)})`,
      () => `EXISTS (${this.statement0(depth - 1)})`,
      () => `n IN (${this.#query(depth - 1)})`,
      () => `substring(${this.#expression(depth - 1)} FROM (${this.#query(depth - 1)}))`,
      () => `CASE WHEN ${this.#expression(0)} THEN ${this.#expression(depth - 1)} END`,
      () => `(${this.#expression(depth - 1)} AND ${this.#expression(0)})`,
      () => `f(${this.#list(() => this.#expression(0))})`,
    ]
    return this.#one([...simple, ...deep])()
  }

  #insert(depth: number): string {
    const values = `VALUES (${this.#list(() => this.#expression(depth - 1))})`
    const body = this.#one([
      'DEFAULT VALUES',
      values,
      this.#query(depth - 1),
      `(${this.#query(depth - 1)})`,
    ])
    const conflict = this.#one([
      '',
      '',
      ' ON CONFLICT DO NOTHING',
      ' ON CONFLICT (id) DO UPDATE SET n = excluded.n',
    ])
    const columns = this.#maybe(() => ' (id, update)', 0.5)
    return `INSERT INTO ${this.#one(NAMES)}${columns} ${body}${conflict}${this.#returning(depth)}`
  }

  #update(depth: number): string {
    const sets = this.#list(
      () => `${this.#one(['n', '"from"', 'set', 'update'])} = ${this.#expression(depth - 1)}`,
    )
    const from = this.#maybe(() => ` FROM ${this.#list(() => this.#source(depth - 1))}`)
    const where = this.#maybe(() => ` WHERE ${this.#expression(depth - 1)}`)
    return `UPDATE ${this.#one(NAMES)}${this.#maybe(() => ' AS t')} SET ${sets}${from}${where}${this.#returning(depth)}`
  }

  #delete(depth: number): string {
    const using = this.#maybe(() => ` USING ${this.#list(() => this.#source(depth - 1))}`)
    const where = this.#maybe(() => ` WHERE ${this.#expression(depth - 1)}`)
    return `DELETE FROM ${this.#one(NAMES)}${this.#maybe(() => ' AS t')}${using}${where}${this.#returning(depth)}`
  }

  #merge(depth: number): string {
    const source = this.#one([`${this.#one(NAMES)} AS s`, `(${this.#query(depth - 1)}) s`])
    return `MERGE INTO ${this.#one(NAMES)} AS t USING ${source} ON ${this.#expression(depth - 1)} WHEN MATCHED THEN UPDATE SET n = 1 WHEN NOT MATCHED THEN INSERT (id) VALUES (1)`
  }

  #returning(depth: number): string {
    return this.#maybe(() => ` RETURNING ${this.#expression(depth - 1)}`, 0.3)
  }
}
