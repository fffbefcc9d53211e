import type { Operation } from '../change.ts'
import type { Dialect } from '../dialect.ts'
import { entityOf, isName, nameOf } from './names.ts'
import { RowReader } from './rows-concerned.ts'
import { NOTHING, type ScannedStatement, type ScannedWrite } from './scanned.ts'
import type { StatementText } from './statement-texts.ts'
import type { TableMention } from './table-mention.ts'
import { TableWalk } from './table-walk.ts'
import { namesWhoAsks } from './who-asks.ts'
import { ACTS, HARMLESS, NO_ROWS, PERSONAL } from './words.ts'
import type { Token } from './tokens.ts'

const EVERYTHING: ScannedStatement = { ...NOTHING, kind: 'write', everything: true }

/** Reads one statement. */
export class StatementScan {
  readonly #text: StatementText
  readonly #tokens: readonly Token[]
  readonly #dialect: Dialect

  constructor(text: StatementText, dialect: Dialect) {
    this.#text = text
    this.#tokens = text.tokens
    this.#dialect = dialect
  }

  scan(): ScannedStatement {
    const first = this.#tokens[0]
    if (first?.kind === 'sign' && first.text === '(') return this.#tables(0)
    if (first?.kind !== 'word') return EVERYTHING
    if (HARMLESS.has(first.text)) return NOTHING
    switch (first.text) {
      case 'SELECT':
      case 'WITH':
      case 'VALUES':
      case 'TABLE':
      case 'INSERT':
      case 'UPDATE':
      case 'DELETE':
      case 'MERGE':
      case 'REPLACE':
        return this.#tables(0)
      case 'BEGIN':
        return this.#word(1) === 'NOT' ? EVERYTHING : { ...NOTHING, kind: 'begin' }
      case 'START':
        return this.#word(1) === 'TRANSACTION' ? { ...NOTHING, kind: 'begin' } : NOTHING
      case 'COMMIT':
      case 'END':
        return this.#word(1) === 'PREPARED' ? EVERYTHING : this.#ending('commit')
      case 'ROLLBACK':
      case 'ABORT':
        return this.#rollback()
      case 'SAVEPOINT':
        return this.#savepoint('savepoint', 1)
      case 'RELEASE':
        return this.#savepoint('release', this.#word(1) === 'SAVEPOINT' ? 2 : 1)
      default:
        return this.#less(first.text)
    }
  }

  /** What stands beside queries and transactions. */
  #less(word: string): ScannedStatement {
    switch (word) {
      case 'SET':
      case 'RESET':
        return this.#set()
      case 'USE':
        return { ...NOTHING, scopes: true }
      case 'EXPLAIN':
        return this.#explain()
      case 'DECLARE':
        return { ...this.#tables(1), cacheable: false }
      case 'PREPARE':
        // Of a transaction: it is no longer this connection's, and `COMMIT PREPARED` may come from any.
        return this.#word(1) === 'TRANSACTION' ? { ...NOTHING, kind: 'rollback' } : NOTHING
      case 'TRUNCATE':
        return this.#named(1, 'unknown', /^(?:TABLE|ONLY)$/)
      case 'COPY':
        return this.#copy()
      case 'LOAD':
        return this.#load()
      case 'REFRESH':
        // Behind MATERIALIZED VIEW, which may be names, too.
        return this.#named(3, 'unknown', /^CONCURRENTLY$/)
      case 'RENAME':
        return EVERYTHING
      case 'CREATE':
      case 'ALTER':
      case 'DROP':
        return this.#definition(word)
      case 'PRAGMA':
        return this.#pragma()
      case 'CALL':
      case 'DO':
        return { ...EVERYTHING, commitsInside: true }
      default:
        return EVERYTHING
    }
  }

  /** A query or a change, from a token on. */
  #tables(from: number): ScannedStatement {
    const walk = new TableWalk(this.#tokens, this.#dialect).run(from)
    const reads = new Set<string>()
    const written: TableMention[] = []
    for (const mention of walk.mentions) {
      if (mention.operation === undefined) reads.add(mention.entity)
      else written.push(mention)
    }
    const writes = written.map((mention) => this.#write(mention, walk, written.length))
    const words = this.#tokens.filter(({ kind }) => kind === 'word').map(({ text }) => text)
    const called = this.#called()
    const scopes = called.includes('SET_CONFIG')
    const readsOnly = writes.length === 0
    const [only] = walk.mentions
    const rows =
      readsOnly && walk.mentions.length === 1 && only !== undefined && this.#isPlain(only)
        ? new RowReader(this.#text, this.#dialect, only).read(false)
        : undefined
    return {
      kind: readsOnly ? 'read' : 'write',
      reads: [...reads],
      writes,
      everything: false,
      cacheable: readsOnly && !walk.locks && !called.some((word) => ACTS.test(word)),
      scopes,
      personal:
        called.some((word) => PERSONAL.test(word)) ||
        namesWhoAsks(this.#tokens, words, this.#dialect),
      ...(rows === undefined ? {} : { rows }),
    }
  }

  /** The functions that are called by name, and what else stands in front of a parenthesis. */
  #called(): string[] {
    return this.#tokens
      .filter(({ kind }, at) => kind === 'word' && this.#tokens[at + 1]?.text === '(')
      .map(({ text }) => text)
  }

  /** A query with one FROM and no query within it. */
  #isPlain(only: TableMention): boolean {
    if (!only.atTop || this.#word(0) !== 'SELECT') return false
    let selects = 0
    for (const { kind, text } of this.#tokens) {
      if (kind !== 'word') continue
      if (/^(?:UNION|INTERSECT|EXCEPT|WITH|VALUES|TABLE)$/.test(text)) return false
      if (text === 'SELECT') selects++
    }
    return selects === 1
  }

  #write(mention: TableMention, walk: TableWalk, count: number): ScannedWrite {
    const { entity, operation = 'unknown', atTop } = mention
    // What stands in the way of an insert may be updated or deleted.
    const mayBeOther = this.#tokens.some(
      ({ kind, text }) => kind === 'word' && /^(?:REPLACE|CONFLICT|DUPLICATE)$/.test(text),
    )
    const write = { entity, operation: mayBeOther ? 'unknown' : operation } as const
    if (!atTop || count !== 1 || walk.selectsInto) return write
    const reader = new RowReader(this.#text, this.#dialect, mention)
    if (operation === 'insert') return { ...write, rows: reader.insert() }
    if (operation !== 'update' && operation !== 'delete') return write
    const alone = walk.mentions.every((each) => each === mention || !each.atTop)
    return {
      ...write,
      rows: reader.read(alone),
      ...(operation === 'update' ? { columns: walk.set } : {}),
    }
  }

  #ending(kind: 'commit' | 'rollback'): ScannedStatement {
    const words = this.#tokens.map(({ text }) => text)
    const at = words.indexOf('CHAIN')
    const chain = at > 0 && words[at - 1] !== 'NO'
    return { ...NOTHING, kind, ...(chain ? { chain } : {}) }
  }

  #rollback(): ScannedStatement {
    if (this.#word(1) === 'PREPARED') return NOTHING
    const at = this.#tokens.findIndex(({ kind, text }) => kind === 'word' && text === 'TO')
    if (at === -1) return this.#ending('rollback')
    const named = this.#word(at + 1) === 'SAVEPOINT' && isName(this.#tokens[at + 2])
    return this.#savepoint('rollback to', named ? at + 2 : at + 1)
  }

  #savepoint(kind: 'savepoint' | 'release' | 'rollback to', at: number): ScannedStatement {
    const token = this.#tokens[at]
    return { ...NOTHING, kind, name: isName(token) ? nameOf(token, this.#dialect) : '' }
  }

  #set(): ScannedStatement {
    const words = this.#tokens.filter(({ kind }) => kind === 'word' || kind === 'name')
    const names = words.map(({ text }) => text.toUpperCase())
    const personal = /^(?:SEARCH_PATH|ROLE|AUTHORIZATION|SCHEMA|SESSION_AUTHORIZATION|ALL)$/
    // A setting with a point is the application's own: `SET app.user_id`, which policies of rows read.
    const own = this.#dialect === 'postgres' && this.#tokens.some(({ text }) => text === '.')
    const scopes = own || names.slice(1, 4).some((name) => personal.test(name))
    const autocommit = this.#dialect === 'mysql' && /autocommit/i.test(names.join(' '))
    const param = this.#tokens.some(
      ({ kind, text }) => kind === 'param' && /autocommit/i.test(text),
    )
    return { ...NOTHING, scopes, ...(autocommit || param ? { commitsFirst: true } : {}) }
  }

  #explain(): ScannedStatement {
    const runs = this.#tokens.some(({ kind, text }) => kind === 'word' && /^ANALY[ZS]E$/.test(text))
    if (!runs) return NOTHING
    const verb = this.#tokens.findIndex(
      ({ kind, text }) =>
        kind === 'word' &&
        /^(?:SELECT|WITH|VALUES|TABLE|INSERT|UPDATE|DELETE|MERGE|REPLACE)$/.test(text),
    )
    return verb === -1 ? EVERYTHING : { ...this.#tables(verb), cacheable: false }
  }

  #copy(): ScannedStatement {
    if (this.#tokens[1]?.text === '(') return { ...this.#tables(1), cacheable: false }
    const binary = this.#word(1) === 'BINARY' && isName(this.#tokens[2])
    const { entity, next } = this.#name(binary ? 2 : 1)
    const into = this.#tokens
      .slice(next)
      .some(({ kind, text }) => kind === 'word' && text === 'FROM')
    if (entity === undefined) return EVERYTHING
    if (!into) return { ...NOTHING, kind: 'read', reads: [entity] }
    return { ...NOTHING, kind: 'write', writes: [{ entity, operation: 'insert' }] }
  }

  /** Settings of the connection or the file; of the rows only one changes anything, and one what is found. */
  #pragma(): ScannedStatement {
    const words = this.#tokens.slice(1, 4).map(({ text }) => text.toUpperCase())
    if (words.includes('WRITABLE_SCHEMA')) return EVERYTHING
    return words.includes('CASE_SENSITIVE_LIKE') ? { ...NOTHING, scopes: true } : NOTHING
  }

  /** `LOAD DATA .. INTO TABLE t`. */
  #load(): ScannedStatement {
    const at = this.#tokens.findIndex(({ kind, text }) => kind === 'word' && text === 'TABLE')
    if (at === -1) return this.#dialect === 'postgres' ? NOTHING : EVERYTHING
    return this.#named(at + 1, 'unknown', /^$/)
  }

  #definition(word: string): ScannedStatement {
    const words = this.#tokens.map(({ kind, text }) => (kind === 'word' ? text : ''))
    const head = words.slice(1, 6)
    const at = words.findIndex((each) => /^(?:TABLE|VIEW)$/.test(each))
    const thing = head.find((each) => NO_ROWS.test(each))
    if (thing !== undefined && (at === -1 || words.indexOf(thing) < at)) return NOTHING
    if (at === -1 || at > 6) return EVERYTHING
    // What else hangs on it is not in the text.
    const reaches =
      /^(?:CASCADE|PARTITION|INHERIT|INHERITS|RENAME|ATTACH|DETACH|SCHEMA|EXCHANGE|OF|INTO)$/
    if (words.some((each) => reaches.test(each))) return EVERYTHING
    const isList = word === 'DROP'
    const condition = /^IF (?:NOT )?EXISTS /.exec(words.slice(at + 1, at + 5).join(' '))?.[0] ?? ''
    const name = at + condition.split(' ').length
    return this.#named(name, 'unknown', /^ONLY$/, isList)
  }

  /** One name or a list of them, behind some of these words. */
  #named(from: number, operation: Operation, skipped: RegExp, isList = true): ScannedStatement {
    const writes: ScannedWrite[] = []
    if (this.#tokens.some(({ kind, text }) => kind === 'word' && text === 'CASCADE'))
      return EVERYTHING
    for (let at = from; ;) {
      while (skipped.test(this.#word(at)) && isName(this.#tokens[at + 1])) at++
      const { entity, next } = this.#name(at)
      if (entity === undefined) return EVERYTHING
      writes.push({ entity, operation })
      at = this.#tokens[next]?.text === '*' ? next + 1 : next
      if (!isList || this.#tokens[at]?.text !== ',') break
      at++
    }
    return { ...NOTHING, kind: 'write', writes }
  }

  #name(at: number): { entity: string | undefined; next: number } {
    const parts: Token[] = []
    let next = at
    for (;;) {
      const token = this.#tokens[next]
      if (!isName(token)) return { entity: undefined, next }
      parts.push(token)
      next++
      if (this.#tokens[next]?.text !== '.') break
      next++
    }
    return { entity: entityOf(parts, this.#dialect), next }
  }

  #word(at: number): string {
    const token = this.#tokens[at]
    return token?.kind === 'word' ? token.text : ''
  }
}
