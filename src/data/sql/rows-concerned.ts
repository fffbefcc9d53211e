// Which rows a statement concerns, where its text says so by equality: `WHERE id = $1 AND ..`, `id IN (..)`, the values of an
// insert, the columns of RETURNING. Whatever is not of exactly such a form says nothing.
import type { Dialect } from '../dialect.ts'
import { isName, nameOf } from './names.ts'
import type { Operand, Restriction, RowsConcerned } from './scanned.ts'
import type { StatementText } from './statement-texts.ts'
import { closing } from './pieces.ts'
import type { TableMention } from './table-mention.ts'
import type { Token } from './tokens.ts'

const WHERE_ENDS =
  /^(?:GROUP|HAVING|WINDOW|ORDER|LIMIT|OFFSET|FETCH|UNION|INTERSECT|EXCEPT|RETURNING|FOR|LOCK|ON|PROCEDURE|INTO)$/
/** Weaker than AND, or with an AND of their own: what stands beside them may not hold alone. */
const NOT_ALONE: Readonly<Record<Dialect, RegExp>> = {
  postgres: /^(?:OR|BETWEEN|CASE)$/,
  mysql: /^(?:OR|XOR|BETWEEN|CASE|\|\||:=)$/,
  sqlite: /^(?:OR|BETWEEN|CASE)$/,
}

/** Casts that leave equality as it is: `citext` and `char` compare in ways of their own. */
const SAME_ROW = /^(?:INT|INT2|INT4|INT8|INTEGER|SMALLINT|BIGINT|UUID|TEXT|VARCHAR)$/

/** Reads one statement for the rows of one table in it. */
export class RowReader {
  readonly #tokens: readonly Token[]
  readonly #params: StatementText['params']
  readonly #dialect: Dialect
  readonly #table: TableMention

  constructor({ tokens, params }: StatementText, dialect: Dialect, table: TableMention) {
    this.#tokens = tokens
    this.#params = params
    this.#dialect = dialect
    this.#table = table
  }

  /** Of a query, an update or a delete. */
  read(returnsAll: boolean): RowsConcerned {
    const returned = this.#returned(returnsAll)
    const where = this.#top('WHERE')
    const restrictions = where === -1 ? [] : this.#conditions(where + 1, this.#whereEnd(where + 1))
    return { restrictions, ...(returned === undefined ? {} : { returned }) }
  }

  /** Of an insert that can touch no row but those it names. */
  insert(): RowsConcerned {
    const returned = this.#returned(true)
    const inserted = this.#hasConflictClause() ? undefined : this.#inserted()
    return {
      restrictions: [],
      ...(inserted === undefined ? {} : { inserted }),
      ...(returned === undefined ? {} : { returned }),
    }
  }

  /** The last place of a word outside of all parentheses; -1 when there is none. */
  #top(word: string): number {
    let depth = 0
    let found = -1
    for (let at = 0; at < this.#tokens.length; at++) {
      const token = this.#tokens[at] as Token
      if (token.kind === 'sign') {
        if (token.text === '(') depth++
        else if (token.text === ')') depth--
      } else if (depth === 0 && token.kind === 'word' && token.text === word) {
        if (this.#isLabel(at)) continue
        // Two of them: which one is meant cannot be told here.
        if (found !== -1) return -1
        found = at
      }
    }
    return found
  }

  #isLabel(at: number): boolean {
    const before = this.#tokens[at - 1]?.text
    return before === '.' || before === 'AS'
  }

  #whereEnd(from: number): number {
    let depth = 0
    for (let at = from; at < this.#tokens.length; at++) {
      const token = this.#tokens[at] as Token
      if (token.kind === 'sign') {
        if (token.text === '(') depth++
        else if (token.text === ')') depth--
      } else if (depth === 0 && token.kind === 'word' && WHERE_ENDS.test(token.text)) return at
    }
    return this.#tokens.length
  }

  /** What holds for every row: each part of a conjunction that is an equality. */
  #conditions(from: number, end: number): Restriction[] {
    const parts: [number, number][] = []
    let start = from
    for (let at = from; at < end; at++) {
      const token = this.#tokens[at] as Token
      if (token.kind === 'sign' && token.text === '(') at = closing(this.#tokens, at)
      else if (token.kind !== 'word' && token.kind !== 'sign') continue
      else if (NOT_ALONE[this.#dialect].test(token.text)) return []
      else if (token.text === 'AND' || (token.text === '&&' && this.#dialect === 'mysql')) {
        parts.push([start, at])
        start = at + 1
      }
    }
    parts.push([start, end])
    return parts.flatMap(([first, last]) => this.#condition(first, last))
  }

  #condition(first: number, last: number): Restriction[] {
    const opens = this.#tokens[first]
    if (opens?.kind === 'sign' && opens.text === '(' && closing(this.#tokens, first) === last - 1)
      return this.#conditions(first + 1, last - 1)
    const column = this.#column(first)
    if (column === undefined) return []
    const { name, next } = column
    const sign = this.#tokens[next]?.text
    if (sign === '=' || (sign === '==' && this.#dialect === 'sqlite')) {
      const values = this.#value(next + 1, last) ?? this.#any(next + 1, last)
      return values === undefined ? [] : [{ column: name, values: [values] }]
    }
    if (sign !== 'IN' || this.#tokens[next + 1]?.text !== '(') return []
    if (closing(this.#tokens, next + 1) !== last - 1) return []
    const values = this.#list(next + 2, last - 1)
    return values === undefined ? [] : [{ column: name, values }]
  }

  /** A column of our table: alone, or behind what the statement calls the table. */
  #column(at: number): { name: string; next: number } | undefined {
    const parts: Token[] = []
    let next = at
    for (;;) {
      const token = this.#tokens[next]
      if (!isName(token)) return undefined
      // In MySQL `"id"` is a text, unless ANSI_QUOTES is set: `where "id" = 0` is true of every row.
      if (this.#dialect === 'mysql' && token.raw.startsWith('"')) return undefined
      parts.push(token)
      next++
      if (this.#tokens[next]?.text !== '.') break
      next++
    }
    const names = parts.map((part) => nameOf(part, this.#dialect))
    const qualifier = names.at(-2)
    if (qualifier !== undefined && qualifier !== this.#table.calledAs) return undefined
    return { name: names.at(-1) as string, next }
  }

  /** One value and nothing else up to `last`, or a cast of it. */
  #value(at: number, last: number): Operand | undefined {
    const token = this.#tokens[at]
    if (token === undefined || at >= last) return undefined
    let next = at + 1
    let operand: Operand | undefined
    if (token.kind === 'param') {
      const param = this.#params.get(token)
      operand = param === undefined ? undefined : { param }
    } else if (token.kind === 'number') operand = wholeNumber(token.text)
    else if (token.kind === 'text' && !token.text.includes('\\')) operand = { literal: token.text }
    else if (token.text === '-' && this.#tokens[next]?.kind === 'number') {
      operand = wholeNumber(`-${(this.#tokens[next] as Token).text}`)
      next++
    }
    if (this.#tokens[next]?.text === '::' && SAME_ROW.test(this.#tokens[next + 1]?.text ?? ''))
      next += 2
    return next === last ? operand : undefined
  }

  /** `ANY($1)`, its parameter a list. */
  #any(at: number, last: number): Operand | undefined {
    if (this.#tokens[at]?.text !== 'ANY' || this.#tokens[at + 1]?.text !== '(') return undefined
    const token = this.#tokens[at + 2]
    if (token?.kind !== 'param' || closing(this.#tokens, at + 1) !== last - 1) return undefined
    const rest = this.#tokens.slice(at + 3, last - 1).map(({ text }) => text)
    const isCast =
      rest[0] === '::' && SAME_ROW.test(rest[1] ?? '') && rest.slice(2).join('') === '[]'
    if (rest.length > 0 && !isCast) return undefined
    const param = this.#params.get(token)
    return param === undefined ? undefined : { param, list: true }
  }

  #list(from: number, end: number): Operand[] | undefined {
    const values: Operand[] = []
    let start = from
    for (let at = from; at <= end; at++) {
      if (at < end && this.#tokens[at]?.text === '(') return undefined
      if (at < end && this.#tokens[at]?.text !== ',') continue
      const value = this.#value(start, at)
      if (value === undefined) return undefined
      values.push(value)
      start = at + 1
    }
    return values
  }

  #hasConflictClause(): boolean {
    const words = this.#tokens.filter(({ kind }) => kind === 'word').map(({ text }) => text)
    return words.some((word, at) => {
      if (word === 'CONFLICT' || word === 'DUPLICATE' || word === 'REPLACE') return true
      return word === 'OR' && words[at + 1] !== 'IGNORE'
    })
  }

  /** The columns of an insert beside the values of each row; `undefined` when there is more to it. */
  #inserted(): Restriction[][] | undefined {
    const { next } = this.#table
    if (this.#tokens[next]?.text !== '(') return undefined
    const listEnd = closing(this.#tokens, next)
    const columns: string[] = []
    for (let at = next + 1; at < listEnd; at += 2) {
      const token = this.#tokens[at]
      if (!isName(token)) return undefined
      columns.push(nameOf(token, this.#dialect))
    }
    let at = listEnd + 1
    if (this.#tokens[at]?.text !== 'VALUES') return undefined
    const rows: Restriction[][] = []
    do {
      at++
      if (this.#tokens[at]?.text !== '(') return undefined
      const end = closing(this.#tokens, at)
      rows.push(this.#tuple(at + 1, end, columns))
      at = end + 1
    } while (this.#tokens[at]?.text === ',')
    return rows
  }

  #tuple(from: number, end: number, columns: readonly string[]): Restriction[] {
    const row: Restriction[] = []
    let start = from
    let index = 0
    for (let at = from; at <= end; at++) {
      if (at < end && this.#tokens[at]?.text === '(') at = closing(this.#tokens, at)
      else if (at === end || this.#tokens[at]?.text === ',') {
        const value = this.#value(start, at)
        const column = columns[index++]
        if (value !== undefined && column !== undefined) row.push({ column, values: [value] })
        start = at + 1
      }
    }
    return row
  }

  /** @param all whether `*` means the columns of our table alone */
  #returned(all: boolean): RowsConcerned['returned'] {
    const from = this.#top('RETURNING')
    if (from === -1) return undefined
    const names = new Map<string, string>()
    const labels = new Set<string>()
    for (let at = from + 1; at < this.#tokens.length; at++) {
      if (this.#tokens[at]?.text === '*')
        return all && this.#tokens[at - 1]?.text !== '.' ? '*' : undefined
      let end = at
      while (end < this.#tokens.length && this.#tokens[end]?.text !== ',') {
        end = this.#tokens[end]?.text === '(' ? closing(this.#tokens, end) + 1 : end + 1
      }
      const column = this.#column(at)
      let label = column?.name
      if (column !== undefined && column.next !== end) {
        const labelAt = this.#tokens[column.next]?.text === 'AS' ? column.next + 1 : column.next
        const token = this.#tokens[labelAt]
        label = isName(token) && labelAt + 1 === end ? nameOf(token, this.#dialect) : undefined
      }
      // A label that is given twice tells nothing.
      if (label !== undefined && labels.has(label)) return undefined
      if (label !== undefined) labels.add(label)
      if (column !== undefined && label !== undefined && !names.has(column.name))
        names.set(column.name, label)
      at = end
    }
    return names
  }
}

/** Any other number may be equal to a key under another text, or to many. */
function wholeNumber(text: string): Operand | undefined {
  return /^-?\d+$/.test(text) ? { literal: BigInt(text) } : undefined
}
