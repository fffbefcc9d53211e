// SQL text as tokens, by the lexical rules of each database. What no rule knows becomes a symbol; nothing is refused, since
// the database itself will say what is wrong with a text.
//
// Sources: PostgreSQL 4.1 "Lexical Structure" (nested comments, dollar quotes, E'' and U&"" forms); MySQL 9 "Comments"
// (`/*! */` is code, `--` only before a blank), "String Literals"; SQLite "Tokens" (`[x]`, `` `x` ``, unending comments).
import type { Dialect } from '../dialect.ts'

export interface Token {
  /**
   * `word`: a keyword or a name without quotes. `name`: one in quotes. `text`: a string. `number`. `param`: a place for a
   * value. `sign`: everything else, one character or an operator.
   */
  readonly kind: 'word' | 'name' | 'text' | 'number' | 'param' | 'sign'
  /** Of a word in upper case; of a name or a text what stands between the quotes; of the others as they stand there. */
  readonly text: string
  /** Of a word as it was written. */
  readonly raw: string
  /** Where it begins in the text. */
  readonly at: number
}

const BLANK = /[\s\ufeff]/
// Letters beyond ASCII are letters in all three.
const WORD = /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y
const NUMBER = /(?:0[xob][\da-f_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:e[+-]?\d[\d_]*)?)/iy
const DOLLAR_QUOTE = /\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/y
const NUMBERED = /[$?]\d+/y
const NAMED = /[@:$#]+[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y
// PostgreSQL lets users name operators with any run of these; the others have a closed list.
const OPERATORS: Readonly<Record<Dialect, RegExp>> = {
  postgres: /[<>=~!@#%^&|`?*/+-]+|::|:=/y,
  mysql: /<=>|<=|>=|<>|!=|<<|>>|\|\||&&|:=|->>|->/y,
  sqlite: /<=|>=|<>|!=|<<|>>|\|\||==|->>|->/y,
}

/** The tokens of a text, comments left out. */
export function tokensOf(sql: string, dialect: Dialect): Token[] {
  return new Tokenizer(sql, dialect).run()
}

class Tokenizer {
  readonly #sql: string
  readonly #dialect: Dialect
  readonly #tokens: Token[] = []
  #at = 0
  /** Within a comment of MySQL that is code. */
  #inCode = false

  constructor(sql: string, dialect: Dialect) {
    this.#sql = sql
    this.#dialect = dialect
  }

  run(): Token[] {
    while (this.#at < this.#sql.length) this.#next()
    return this.#tokens
  }

  #next(): void {
    const char = this.#sql[this.#at] as string
    if (BLANK.test(char)) this.#at++
    else if (this.#comment(char)) return
    else if (char === "'") this.#text("'", this.#dialect === 'mysql')
    else if (char === '"') this.#name('"')
    else if (char === '`' && this.#dialect !== 'postgres') this.#name('`')
    else if (char === '[' && this.#dialect === 'sqlite') this.#bracket()
    else if (this.#prefixed(char)) return
    else if (this.#dollarQuote(char)) return
    else if (this.#match('param', NUMBERED)) return
    else if (char === '?' && this.#dialect !== 'postgres') this.#push('param', '?', 1)
    else if (this.#dialect !== 'postgres' && this.#match('param', NAMED)) return
    else if (/[\d.]/.test(char) && this.#match('number', NUMBER)) return
    else if (this.#word()) return
    else this.#sign(char)
  }

  #push(kind: Token['kind'], text: string, length: number): void {
    const at = this.#at
    this.#tokens.push({ kind, text, raw: this.#sql.slice(at, at + length), at })
    this.#at += length
  }

  #match(kind: Token['kind'], pattern: RegExp): boolean {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#sql)?.[0]
    if (found === undefined || found === '' || found === '.') return false
    this.#push(kind, found, found.length)
    return true
  }

  #word(): boolean {
    WORD.lastIndex = this.#at
    const found = WORD.exec(this.#sql)?.[0]
    if (found === undefined) return false
    this.#push('word', found.toUpperCase(), found.length)
    return true
  }

  #comment(char: string): boolean {
    const sql = this.#sql
    const two = sql.slice(this.#at, this.#at + 2)
    if (two === '--') {
      // To MySQL `5--3` is a subtraction.
      const after = sql[this.#at + 2]
      if (this.#dialect === 'mysql' && after !== undefined && !/[\s\u0000-\u001f]/.test(after))
        return false
      this.#toLineEnd()
      return true
    }
    if (char === '#' && this.#dialect === 'mysql') {
      this.#toLineEnd()
      return true
    }
    if (two === '*/' && this.#inCode) {
      this.#inCode = false
      this.#at += 2
      return true
    }
    if (two !== '/*') return false
    const code = this.#dialect === 'mysql' ? /\/\*M?!\d*/y : undefined
    if (code !== undefined) {
      code.lastIndex = this.#at
      const opened = code.exec(sql)
      if (opened !== null) {
        this.#inCode = true
        this.#at += opened[0].length
        return true
      }
    }
    this.#blockComment()
    return true
  }

  #toLineEnd(): void {
    const pattern = this.#dialect === 'postgres' ? /[\n\r]/g : /\n/g
    pattern.lastIndex = this.#at
    const end = pattern.exec(this.#sql)
    this.#at = end === null ? this.#sql.length : end.index + 1
  }

  #blockComment(): void {
    const marks = /\/\*|\*\//g
    marks.lastIndex = this.#at
    let depth = 0
    for (let mark = marks.exec(this.#sql); mark !== null; mark = marks.exec(this.#sql)) {
      // Only PostgreSQL nests them.
      if (mark[0] === '/*') depth = this.#dialect === 'postgres' ? depth + 1 : 1
      else if (--depth === 0) {
        this.#at = marks.lastIndex
        return
      }
    }
    this.#at = this.#sql.length
  }

  /** A string, its quotes doubled inside; with `escapes`, a backslash takes what follows with it. */
  #text(quote: string, escapes: boolean, prefix = 0): void {
    const { value, end } = this.#quoted(this.#at + prefix, quote, escapes)
    this.#push('text', value, end - this.#at)
  }

  #name(quote: string, prefix = 0): void {
    // In MySQL a string, unless ANSI_QUOTES is set; where a table may stand it can only be a name.
    const escapes = quote === '"' && this.#dialect === 'mysql'
    const { value, end } = this.#quoted(this.#at + prefix, quote, escapes)
    this.#push('name', value, end - this.#at)
  }

  #quoted(start: number, quote: string, escapes: boolean): { value: string; end: number } {
    const sql = this.#sql
    let value = ''
    let at = start + 1
    for (; at < sql.length; at++) {
      const char = sql[at] as string
      if (escapes && char === '\\') {
        value += char + (sql[at + 1] ?? '')
        at++
      } else if (char !== quote) value += char
      else if (sql[at + 1] === quote) {
        value += quote
        at++
      } else return { value, end: at + 1 }
    }
    return { value, end: sql.length }
  }

  #bracket(): void {
    const end = this.#sql.indexOf(']', this.#at)
    const stop = end === -1 ? this.#sql.length : end
    this.#push('name', this.#sql.slice(this.#at + 1, stop), stop + 1 - this.#at)
  }

  /** `E'..'`, `U&'..'`, `U&".."`, `B'..'`, `X'..'`, `N'..'`, `_utf8mb4'..'`. */
  #prefixed(char: string): boolean {
    const sql = this.#sql
    const at = this.#at
    const next = sql[at + 1]
    if (next === "'" && /[bexn]/i.test(char)) {
      const escapes = this.#dialect === 'mysql' || (this.#dialect === 'postgres' && /e/i.test(char))
      this.#text("'", escapes, 1)
      return true
    }
    if (this.#dialect !== 'postgres' || !/u/i.test(char) || next !== '&') return false
    const quote = sql[at + 2]
    if (quote === "'") this.#text("'", false, 2)
    else if (quote === '"') this.#unicodeName()
    else return false
    return true
  }

  #unicodeName(): void {
    const { value, end } = this.#quoted(this.#at + 2, '"', false)
    const custom = /\s*UESCAPE\s*'(.)'/iy
    custom.lastIndex = end
    const escape = custom.exec(this.#sql)
    const mark = (escape?.[1] ?? '\\').replace(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`)
    const form = new RegExp(`${mark}(?:\\+([\\da-f]{6})|([\\da-f]{4})|(${mark}))`, 'gi')
    const plain = value.replace(form, (_, long?: string, short?: string, self?: string) => {
      return (
        self ?? String.fromCodePoint(Math.min(0x10ffff, Number.parseInt(long ?? short ?? '0', 16)))
      )
    })
    const stop = escape === null ? end : custom.lastIndex
    this.#push('name', plain, stop - this.#at)
  }

  #dollarQuote(char: string): boolean {
    if (char !== '$' || this.#dialect !== 'postgres') return false
    DOLLAR_QUOTE.lastIndex = this.#at
    const mark = DOLLAR_QUOTE.exec(this.#sql)?.[0]
    if (mark === undefined) return false
    const start = this.#at + mark.length
    const end = this.#sql.indexOf(mark, start)
    const stop = end === -1 ? this.#sql.length : end
    this.#push('text', this.#sql.slice(start, stop), stop + mark.length - this.#at)
    return true
  }

  /** Operators as one token, so that `<=` is not taken for `=`; everything else a character at a time. */
  #sign(char: string): void {
    const pattern = OPERATORS[this.#dialect]
    pattern.lastIndex = this.#at
    let text = pattern.exec(this.#sql)?.[0] ?? char
    if (this.#dialect === 'postgres' && text.length > 1) {
      const comment = text.search(/--|\/\*/)
      if (comment > 0) text = text.slice(0, comment)
      // `id=-1`: an operator ends in a sign only if it has one of these, too (PostgreSQL 4.1.3).
      if (!/[~!@#%^&|`?]/.test(text)) text = text.replace(/(?<=.)[+-]+$/, '')
    }
    this.#push('sign', text, text.length)
  }
}
