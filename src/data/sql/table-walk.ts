// Finds the tables of a statement by the places where SQL lets a table stand: after FROM, JOIN, INTO, UPDATE, USING, TABLE,
// and after the commas of such a list. It follows parentheses and the names of CTEs, and knows no more of the grammar: where
// it cannot tell, it takes a name for a table. test/data/scan-against-parser.test.ts holds it against PostgreSQL's own parser.
import type { Operation } from '../change.ts'
import type { Dialect } from '../dialect.ts'
import { isCte, isTargetOf, type Level, levelIn } from './level.ts'
import { entityOf, isName, nameOf } from './names.ts'
import { assignedColumns, closing } from './pieces.ts'
import type { TableMention } from './table-mention.ts'
import type { Token } from './tokens.ts'

const LIST_ENDS =
  /^(?:WHERE|GROUP|HAVING|WINDOW|ORDER|LIMIT|OFFSET|FETCH|UNION|INTERSECT|EXCEPT|MINUS|RETURNING|WHEN)$/
/** What may stand between the word that calls for a table and its name. */
const BEFORE_TABLE: Readonly<Record<Dialect, RegExp>> = {
  postgres: /^(?:ONLY|LATERAL|TABLE)$/,
  mysql: /^(?:LATERAL|TABLE|LOW_PRIORITY|HIGH_PRIORITY|DELAYED|QUICK|IGNORE)$/,
  sqlite: /^(?:TABLE)$/,
}
const AFTER_OR = /^(?:ROLLBACK|ABORT|FAIL|IGNORE|REPLACE)$/
const ALIAS_ENDS =
  /^(?:SET|WHERE|FROM|USING|ON|JOIN|INNER|LEFT|RIGHT|FULL|CROSS|NATURAL|STRAIGHT_JOIN|VALUES|VALUE|SELECT|WITH|DEFAULT|RETURNING|GROUP|HAVING|WINDOW|ORDER|LIMIT|OFFSET|FETCH|UNION|INTERSECT|EXCEPT|FOR|LOCK|WHEN|TABLESAMPLE|USE|FORCE|IGNORE|PARTITION|INDEXED|NOT|OVERRIDING|TABLE|PROCEDURE)$/

export class TableWalk {
  readonly mentions: TableMention[] = []
  /** `FOR UPDATE` and its like. */
  locks = false
  /** `SELECT ... INTO`. */
  selectsInto = false
  /** Columns that the statement itself sets; `undefined` when it sets none. */
  set: string[] | undefined
  readonly #tokens: readonly Token[]
  readonly #dialect: Dialect
  #at = 0

  constructor(tokens: readonly Token[], dialect: Dialect) {
    this.#tokens = tokens
    this.#dialect = dialect
  }

  /** @param from the first token to look at */
  run(from = 0): this {
    this.#at = from
    // A parenthesis that closes nothing is the database's to complain about.
    while (this.#at < this.#tokens.length) {
      this.#walk(levelIn(undefined, false))
      this.#at++
    }
    return this
  }

  #walk(level: Level): void {
    for (; this.#at < this.#tokens.length; this.#at++) {
      const token = this.#tokens[this.#at] as Token
      if (token.kind === 'sign') {
        if (token.text === ')') return
        if (token.text === '(') this.#parenthesis(level)
        else if (token.text === ',' && level.listing) level.expects = true
        else if (token.text !== '*') level.expects = false
      } else if (level.expects && this.#tableItem(level, token)) continue
      else if (token.kind === 'word' && this.#isKeyword()) this.#keyword(level, token.text)
    }
  }

  #parenthesis(level: Level): void {
    const inner = levelIn(level, level.expects)
    level.expects = false
    this.#at++
    this.#walk(inner)
  }

  /** @returns false: the token is something else */
  #tableItem(level: Level, token: Token): boolean {
    if (token.kind === 'word') {
      const { text } = token
      if (text === 'OR' && AFTER_OR.test(this.#word(1))) {
        this.#at++
        return true
      }
      const next = this.#tokens[this.#at + 1]
      const skips = BEFORE_TABLE[this.#dialect].test(text) || isTargetOf(level, text)
      if (skips && (next?.text === '(' || isName(next))) return true
      if (text === 'ROWS' && this.#word(1) === 'FROM') {
        this.#at++
        level.expects = false
        return true
      }
      if (/^(?:SELECT|WITH|FROM|WHERE|TABLE|INTO)$/.test(text)) {
        level.expects = false
        return false
      }
    }
    level.expects = false
    if (!isName(token)) return false
    this.#mention(level)
    return true
  }

  /** The name at hand is a table's, a CTE's or a function's. */
  #mention(level: Level): void {
    const parts = [this.#tokens[this.#at] as Token]
    while (this.#tokens[this.#at + 1]?.text === '.' && isName(this.#tokens[this.#at + 2])) {
      this.#at += 2
      parts.push(this.#tokens[this.#at] as Token)
    }
    const bare = nameOf(parts.at(-1) as Token, this.#dialect)
    const operation = level.writes
    const isCall = operation !== 'insert' && this.#tokens[this.#at + 1]?.text === '('
    if (isCall) return
    if (operation === undefined && parts.length === 1 && isCte(level, bare)) return
    const { alias, next } = this.#alias(this.#at + 1)
    this.mentions.push({
      entity: entityOf(parts, this.#dialect),
      operation,
      calledAs: alias ?? bare,
      next,
      atTop: level.outer === undefined,
    })
  }

  #alias(at: number): { alias: string | undefined; next: number } {
    let next = at
    if (this.#tokens[next]?.text === '*') next++
    if (this.#textAt(next) === 'AS') next++
    else if (ALIAS_ENDS.test(this.#textAt(next))) return { alias: undefined, next }
    const token = this.#tokens[next]
    if (!isName(token)) return { alias: undefined, next }
    return { alias: nameOf(token, this.#dialect), next: next + 1 }
  }

  /** Whether the word at hand may be one: not a column (`t.from`), not a label (`1 AS from`). */
  #isKeyword(): boolean {
    const before = this.#tokens[this.#at - 1]
    if (before?.text === '.' && before.kind === 'sign') return false
    if (before?.kind !== 'word' || before.text !== 'AS') return true
    return /^(?:SELECT|WITH|VALUES|TABLE|INSERT|UPDATE|DELETE|MERGE|REPLACE)$/.test(this.#word(0))
  }

  #keyword(level: Level, word: string): void {
    const before = this.#textAt(this.#at - 1)
    if (LIST_ENDS.test(word)) {
      level.listing = false
      level.writes = undefined
      if (word === 'UNION' || word === 'INTERSECT' || word === 'EXCEPT') level.verb = 'SELECT'
    } else if (word === 'SELECT') {
      // Also within parentheses that took another verb over from the list they stand in.
      level.verb = 'SELECT'
      level.listing = false
    } else if (word === 'FROM') this.#from(level, before)
    else if (word === 'JOIN' || word === 'STRAIGHT_JOIN') {
      if (before === 'FOR' || before === 'SELECT') return
      level.expects = true
      level.listing = true
      level.sawJoin = true
    } else if (word === 'USING') this.#using(level)
    else if (word === 'TABLE') {
      level.verb ??= 'TABLE'
      level.expects = true
    } else if (word === 'SET' && level.verb === 'UPDATE' && !level.sawSet) this.#set(level)
    else if (word === 'INTO') this.#into(level)
    else if (word === 'FOR') this.#for(level)
    else if (word === 'WITH') this.#with(level)
    else if (level.verb === undefined) this.#verb(level, word)
  }

  #from(level: Level, before: string): void {
    if (before === 'DISTINCT') {
      const earlier = this.#textAt(this.#at - 2)
      if (earlier === 'IS' || earlier === 'NOT') return
    }
    // `EXTRACT(year FROM x)`: no query, no tables.
    if (level.outer !== undefined && level.verb === undefined) return
    level.expects = true
    level.listing = true
    // `SELECT .. FROM`, and what an `UPDATE .. SET .. FROM` reads.
    if (level.verb !== 'DELETE') level.writes = undefined
  }

  #using(level: Level): void {
    const feeds = (level.verb === 'DELETE' || level.verb === 'MERGE') && !level.sawJoin
    if (this.#tokens[this.#at + 1]?.text === '(' && !feeds) return
    // MySQL's `DELETE FROM a USING a JOIN b`: the names before are aliases of what comes now.
    if (!(this.#dialect === 'mysql' && level.verb === 'DELETE')) level.writes = undefined
    level.expects = true
    level.listing = true
  }

  #set(level: Level): void {
    level.sawSet = true
    level.listing = false
    level.writes = undefined
    if (level.outer === undefined)
      this.set = assignedColumns(this.#tokens, this.#at + 1, this.#dialect)
  }

  #into(level: Level): void {
    if (level.verb === 'INSERT' || level.verb === 'MERGE' || level.verb === 'REPLACE') return
    if (this.#dialect !== 'postgres' || level.verb === undefined) return
    // Makes a table.
    while (
      /^(?:LOCAL|GLOBAL|TEMPORARY|TEMP|UNLOGGED|TABLE)$/.test(this.#word(1)) &&
      isName(this.#tokens[this.#at + 2]) &&
      this.#word(2) !== 'FROM' &&
      !LIST_ENDS.test(this.#word(2))
    )
      this.#at++
    this.selectsInto = true
    if (!isName(this.#tokens[this.#at + 1])) return
    this.#at++
    const reading = level.writes
    level.writes = 'unknown'
    this.#mention(level)
    level.writes = reading
  }

  #for(level: Level): void {
    if (!/^(?:UPDATE|SHARE|NO|KEY)$/.test(this.#word(1))) return
    this.locks = true
    level.listing = false
  }

  #verb(level: Level, word: string): void {
    const next = this.#tokens[this.#at + 1]
    // `insert(..)` and `replace(..)` are functions, too; so is what stands before a point or a comma a column.
    if (next === undefined || (next.text === '(' && word !== 'UPDATE') || next.text === '.') return
    if (word === 'INSERT' || (word === 'REPLACE' && this.#dialect !== 'postgres')) {
      if (isName(next)) this.#writing(level, word, 'insert')
    } else if (word === 'UPDATE') {
      this.#writing(level, word, 'update')
      level.listing = this.#dialect === 'mysql'
    } else if (word === 'DELETE') {
      if (this.#word(1) === 'FROM') this.#at++
      this.#writing(level, word, 'delete')
      level.listing = this.#dialect === 'mysql'
    } else if (word === 'MERGE' && this.#word(1) !== 'JOIN') this.#writing(level, word, 'unknown')
  }

  #writing(level: Level, verb: string, operation: Operation): void {
    level.verb = verb
    level.writes = operation
    level.expects = true
    level.listing = false
  }

  /** `WITH [RECURSIVE] name [(columns)] AS [[NOT] MATERIALIZED] (query), ...`, and no other WITH. */
  #with(level: Level): void {
    let at = this.#at + 1
    const recursive = this.#textAt(at) === 'RECURSIVE' && isName(this.#tokens[at + 1])
    if (recursive) at++
    for (;;) {
      const name = this.#tokens[at]
      if (!isName(name)) return
      at++
      if (this.#textAt(at) === '(') at = closing(this.#tokens, at) + 1
      if (this.#textAt(at) !== 'AS') return
      at++
      if (this.#textAt(at) === 'NOT') at++
      if (this.#textAt(at) === 'MATERIALIZED') at++
      if (this.#textAt(at) !== '(') return
      const cte = nameOf(name, this.#dialect)
      // Its own name means the table of that name within itself, unless it is recursive.
      if (recursive || this.#dialect === 'sqlite') level.ctes.add(cte)
      this.#at = at + 1
      this.#walk(levelIn(level, false))
      level.ctes.add(cte)
      at = this.#at + 1
      // SEARCH and CYCLE clauses name columns only.
      if (/^(?:SEARCH|CYCLE)$/.test(this.#textAt(at))) {
        while (
          at < this.#tokens.length &&
          !/^(?:,|SELECT|INSERT|UPDATE|DELETE|MERGE|VALUES|TABLE|\(|\))$/.test(this.#textAt(at))
        )
          at++
      }
      this.#at = at - 1
      if (this.#textAt(at) !== ',') return
      at++
    }
  }

  #word(ahead: number): string {
    const token = this.#tokens[this.#at + ahead]
    return token?.kind === 'word' ? token.text : ''
  }

  #textAt(at: number): string {
    const token = this.#tokens[at]
    return token?.kind === 'word' || token?.kind === 'sign' ? token.text : ''
  }
}
