import { jsTokens, type JsToken } from './js-tokens.ts'

/** A name that code reads, without the name of the page's data: `it.user.id` is `['user', 'id']`. */
export interface CodeUse {
  readonly path: readonly string[]
  readonly line: number
  readonly isCall: boolean
}

/** What the code of a template names. */
export interface CodeNames {
  readonly uses: readonly CodeUse[]
  readonly bound: ReadonlySet<string>
}

export interface CodeCall {
  readonly path: readonly string[]
  readonly args: readonly CodeArgument[]
}

/** The words of one argument. */
export type CodeArgument = readonly JsToken[]

/** Words between which an initial value ends, where no `;` says so. */
const STATEMENT: ReadonlySet<string> = new Set(
  'break const continue do for if let of in return switch throw try var while'.split(' '),
)

/** What the pieces of code in one template name, declare and call. It runs nothing, and looks into every branch. */
export class CodeReading {
  readonly uses: CodeUse[] = []
  readonly calls: CodeCall[] = []
  /** Names that the code itself gives a meaning, such as that of a loop. */
  readonly bound: Set<string> = new Set()
  readonly #dataNames: ReadonlySet<string>

  /** @param dataNames what the page's data is called: `it`, `locals` */
  constructor(dataNames: readonly string[]) {
    this.#dataNames = new Set(dataNames)
  }

  /**
   * @param line of its first character
   * @param isExpression it stands where an expression does
   * @throws {SyntaxError}
   */
  add(code: string, line: number, isExpression = false): void {
    const piece = new Piece(jsTokens(code, line, isExpression))
    this.#declare(piece)
    for (const [at, token] of piece.tokens.entries()) {
      if (token.type !== 'name' || token.isKeyword === true || piece.isNoUse(at)) continue
      const [path, next] = piece.pathAt(at)
      const open = piece.openAfter(next)
      const own = this.#own(path)
      if (own.length === 0) continue
      this.uses.push({ path: own, line: token.line, isCall: open !== undefined })
      if (open !== undefined) this.calls.push({ path: own, args: piece.argumentsAt(open) })
    }
  }

  /** Gives a meaning to the names in `code`: those of parameters, or of a loop. */
  bind(code: string): void {
    for (const { isKeyword, type, value } of jsTokens(code, 1, true))
      if (type === 'name' && isKeyword !== true) this.bound.add(value)
  }

  #own(path: readonly string[]): readonly string[] {
    return this.#dataNames.has(path[0] as string) ? path.slice(1) : path
  }

  #declare(piece: Piece): void {
    const { tokens } = piece
    for (const [at, { isKeyword = false, value, type }] of tokens.entries()) {
      if (type === 'punctuator' && value === '=>') this.#bindArrow(piece, at - 1)
      if (!isKeyword) continue
      if (value === 'const' || value === 'let' || value === 'var') this.#bindAll(piece, at + 1)
      if (value === 'catch' && piece.is(at + 1, '(')) this.#bindPattern(piece, at + 2)
      if (value === 'class' && tokens[at + 1]?.isKeyword === false) this.#bindPattern(piece, at + 1)
      if (value !== 'function') continue
      const named = piece.is(at + 1, '*') ? at + 2 : at + 1
      const open = piece.is(named, '(') ? named : named + 1
      if (open !== named) this.#bindPattern(piece, named)
      if (piece.is(open, '(')) this.#bindPattern(piece, open)
    }
  }

  #bindArrow(piece: Piece, at: number): void {
    if (piece.is(at, ')')) this.#bindPattern(piece, piece.begins.get(at) ?? at)
    else this.#bindPattern(piece, at)
  }

  /** `a = 1, { b, c: d } = e`. */
  #bindAll(piece: Piece, from: number): void {
    for (let at = from; ;) {
      const keys: JsToken[] = []
      at = this.#bindPattern(piece, at, keys)
      if (piece.is(at, '=')) {
        this.#readKeys(piece, at + 1, keys)
        at = piece.skip(at + 1, (token) => token.isKeyword === true && STATEMENT.has(token.value))
      }
      if (!piece.is(at, ',')) return
      at++
    }
  }

  /** `const { user } = it` reads `user` of the page, and is not another one's. */
  #readKeys(piece: Piece, at: number, keys: readonly JsToken[]): void {
    if (piece.tokens[at]?.type !== 'name') return
    const [path] = piece.pathAt(at)
    const own = this.#own(path)
    for (const { line, value } of keys) {
      this.uses.push({ path: [...own, value], line, isCall: false })
      if (own.length === 0) this.bound.delete(value)
    }
  }

  /** @param keys takes the properties that are read at its first level. @returns where it ends */
  #bindPattern(piece: Piece, from: number, keys: JsToken[] = []): number {
    const token = piece.tokens[from]
    if (token === undefined) return from
    if (token.type === 'name') {
      piece.noUse.add(from)
      this.bound.add(token.value)
      return from + 1
    }
    const end = piece.ends.get(from)
    if (end === undefined || !/^[({[]$/.test(token.value)) return from + 1
    for (let at = from + 1; at < end;) {
      if (piece.is(at, ',') || piece.is(at, '...')) {
        at++
        continue
      }
      if (token.value === '{' && !piece.is(at - 1, '...')) at = this.#bindKey(piece, at, keys)
      else at = this.#bindPattern(piece, at)
      if (piece.is(at, '=')) at = piece.skip(at + 1)
    }
    return end + 1
  }

  #bindKey(piece: Piece, at: number, keys: JsToken[]): number {
    const key = piece.tokens[at] as JsToken
    const next = piece.is(at, '[') ? (piece.ends.get(at) ?? at) + 1 : at + 1
    if (key.type === 'name' || key.type === 'string') keys.push(key)
    if (!piece.is(next, ':')) return this.#bindPattern(piece, at)
    if (next === at + 1) piece.noUse.add(at)
    return this.#bindPattern(piece, next + 1)
  }
}

/** One piece of code, and where its brackets end. */
class Piece {
  readonly tokens: readonly JsToken[]
  readonly ends: ReadonlyMap<number, number>
  readonly begins: ReadonlyMap<number, number>
  /** Names that declare. */
  readonly noUse: Set<number> = new Set()
  /** By token: the bracket that it stands in. */
  readonly #within: readonly (number | undefined)[]

  constructor(tokens: readonly JsToken[]) {
    this.tokens = tokens
    const ends = new Map<number, number>()
    const begins = new Map<number, number>()
    const open: number[] = []
    this.#within = tokens.map(({ type, value }, at) => {
      const isMark = type === 'punctuator'
      if (type === 'middle' || type === 'tail' || (isMark && /^[)}\]]$/.test(value))) {
        const begin = open.pop()
        if (begin !== undefined) {
          ends.set(begin, at)
          begins.set(at, begin)
        }
      }
      const within = open.at(-1)
      if (type === 'middle' || type === 'head' || (isMark && /^[({[]$/.test(value))) open.push(at)
      return within
    })
    for (const begin of open) ends.set(begin, tokens.length)
    this.ends = ends
    this.begins = begins
  }

  is(at: number, mark: string): boolean {
    const token = this.tokens[at]
    return token?.type === 'punctuator' && token.value === mark
  }

  /** A name that is no variable: a property, a key, or one that is declared here. */
  isNoUse(at: number): boolean {
    if (this.noUse.has(at) || this.is(at - 1, '.')) return true
    if (this.is(at - 1, '?.')) return true
    const within = this.#within[at]
    if (within === undefined || this.tokens[within]?.isObject !== true) return false
    const isFirst = at - 1 === within || this.is(at - 1, ',')
    return isFirst && (this.is(at + 1, ':') || this.is(at + 1, '('))
  }

  /** `a.b?.['c']` from its first name on, and where it ends. */
  pathAt(from: number): [path: string[], next: number] {
    const path = [(this.tokens[from] as JsToken).value]
    let at = from + 1
    for (;;) {
      const isDot = this.is(at, '.') || this.is(at, '?.')
      const name = this.tokens[at + 1]
      if (isDot && name?.type === 'name') {
        path.push(name.value)
        at += 2
        continue
      }
      const open = this.is(at, '?.') ? at + 1 : at
      const key = this.tokens[open + 1]
      if (!this.is(open, '[') || key?.type !== 'string' || !this.is(open + 2, ']'))
        return [path, at]
      path.push(key.value)
      at = open + 3
    }
  }

  /** The `(` of a call. */
  openAfter(at: number): number | undefined {
    if (this.is(at, '(')) return at
    return this.is(at, '?.') && this.is(at + 1, '(') ? at + 1 : undefined
  }

  argumentsAt(open: number): CodeArgument[] {
    const end = this.ends.get(open) ?? this.tokens.length
    return split(this.tokens.slice(open + 1, end), ',')
  }

  /** To the end of an expression: a comma, a semicolon, or the bracket around it. */
  skip(from: number, stops: (token: JsToken) => boolean = () => false): number {
    for (let at = from; at < this.tokens.length; at++) {
      const token = this.tokens[at] as JsToken
      if (stops(token)) return at
      const end = this.ends.get(at)
      if (end !== undefined) at = token.type === 'head' || token.type === 'middle' ? end - 1 : end
      else if (token.type === 'punctuator' && /^[,;)}\]]$/.test(token.value)) return at
    }
    return this.tokens.length
  }
}

/** Cuts at a mark, where no bracket is open. */
export function split(tokens: CodeArgument, mark: string): CodeArgument[] {
  const parts: JsToken[][] = [[]]
  let depth = 0
  for (const token of tokens) {
    const isMark = token.type === 'punctuator'
    if (token.type === 'tail' || (isMark && /^[)}\]]$/.test(token.value))) depth--
    if (depth === 0 && isMark && token.value === mark) parts.push([])
    else parts.at(-1)?.push(token)
    if (token.type === 'head' || (isMark && /^[({[]$/.test(token.value))) depth++
  }
  return parts.filter((part, at) => part.length > 0 || at < parts.length - 1)
}
