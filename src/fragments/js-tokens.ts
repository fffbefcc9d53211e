// The words of JavaScript, for templates that are code: strings, templates, comments and regular expressions told apart, so that
// what is said in a text is never taken for a call. No engine brings a parser that could be borrowed: EJS and Eta paste what
// stands between their signs into a function. The grammar is that of ECMA-262, 12 (lexical grammar); the one hard question,
// whether `/` divides or begins a regular expression, is decided by what stands before it, as parsers without a tree do.

/** One word. */
export interface JsToken {
  /** A template is `head`, `middle`s and `tail` around its expressions, or `template` when it has none. */
  readonly type:
    | 'name'
    | 'private'
    | 'number'
    | 'string'
    | 'regexp'
    | 'punctuator'
    | 'template'
    | 'head'
    | 'middle'
    | 'tail'
  /** As it reads, with escapes resolved in names, strings and templates. */
  readonly value: string
  readonly start: number
  readonly end: number
  readonly line: number
  /** Of `{`: it begins an object or a pattern, not a block. */
  readonly isObject?: boolean
  /** Of a name: it is a word of the language here. */
  readonly isKeyword?: boolean
  /** Of `function`: it is a value, and no statement. */
  readonly isValue?: boolean
}

const NAME =
  /(?:[$_\p{ID_Start}]|\\u[\dA-Fa-f]{4}|\\u\{[\dA-Fa-f]+\})(?:[$\u200c\u200d\p{ID_Continue}]|\\u[\dA-Fa-f]{4}|\\u\{[\dA-Fa-f]+\})*/uy
const NUMBER =
  /0[xXoObB][\dA-Fa-f_]+n?|(?:\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*)(?:[eE][+-]?\d[\d_]*)?n?/y
const STRING = /"(?:\\(?:\r\n|[^])|[^"\\\r\n])*"|'(?:\\(?:\r\n|[^])|[^'\\\r\n])*'/y
const REGEXP =
  /\/(?:\\[^\r\n]|\[(?:\\[^\r\n]|[^\]\\\r\n])*\]|[^/\\[\r\n])+\/[$\u200c\u200d\p{ID_Continue}]*/uy
const CHUNK = /(?:\\[^]|\$(?!\{)|[^\\`$])*(`|\$\{)/y
const BLANK = /(?:\s|\ufeff|\/\/[^\r\n\u2028\u2029]*|\/\*[^]*?\*\/)+/y
const PUNCTUATOR =
  />>>=|\.\.\.|===|!==|\*\*=|<<=|>>=|>>>|&&=|\|\|=|\?\?=|=>|==|!=|<=|>=|&&|\|\||\?\?|\?\.(?!\d)|\+\+|--|\+=|-=|\*=|\/=|%=|&=|\|=|\^=|<<|>>|\*\*|[{}()[\];,<>+\-*/%&|^!~?:=.@#]/y

const KEYWORDS: ReadonlySet<string> = new Set(
  'await break case catch class const continue debugger default delete do else export extends false finally for function if import in instanceof let new null of return super switch this throw true try typeof undefined var void while with yield'.split(
    ' ',
  ),
)
/** After these an expression begins. */
const BEFORE_EXPRESSION: ReadonlySet<string> = new Set(
  'await case default delete do else extends in instanceof new of return throw typeof void yield'.split(
    ' ',
  ),
)
/** After their `(…)` a statement begins. */
const WITH_HEAD: ReadonlySet<string> = new Set(['if', 'while', 'for', 'with'])
const LINE_END = /[\r\n\u2028\u2029]/
const BEFORE_BLOCK: ReadonlySet<string> = new Set(['else', 'do', 'try', 'finally', 'catch'])

/** What is open: a bracket, and what follows from how it began. */
interface Open {
  readonly bracket: '{' | '(' | '[' | '${'
  readonly isObject: boolean
  /** When it ends, a statement may begin. */
  readonly endsStatement: boolean
  /** Of `(`: what `function` is before it, if it is a value. */
  readonly isFunctionValue: boolean
  /** `?` that still wait for their `:`. */
  questions: number
}

/**
 * The words of a piece of JavaScript. It need not be whole: a block may begin in one piece of a template and end in another.
 *
 * @param line of its first character
 * @param isExpression it stands where an expression does
 * @throws {SyntaxError} for what is no word, such as a string that nothing ends
 */
export function jsTokens(code: string, line = 1, isExpression = false): JsToken[] {
  return new Scanner(code, line, isExpression).all()
}

class Scanner {
  readonly #code: string
  readonly #tokens: JsToken[] = []
  readonly #open: Open[]
  readonly #beginsStatement: boolean
  #at = 0
  #line: number
  #counted = 0
  /** A `/` here begins a regular expression. */
  #isOperand = true
  #lastClosed: Open | undefined
  /** The last `:` belonged to a `?`. */
  #isAlternative = false

  constructor(code: string, line: number, isExpression: boolean) {
    this.#code = code
    this.#line = line
    this.#beginsStatement = !isExpression
    this.#open = [opened(isExpression ? '(' : '{')]
  }

  all(): JsToken[] {
    for (;;) {
      this.#match(BLANK)
      if (this.#at >= this.#code.length) return this.#tokens
      this.#next()
    }
  }

  #next(): void {
    const char = this.#code[this.#at] as string
    if (char === '"' || char === "'") return this.#value('string', STRING)
    if (char === '`' || (char === '}' && this.#open.at(-1)?.bracket === '${'))
      return this.#chunk(char === '`')
    if (/^\.?\d/.test(this.#code.slice(this.#at, this.#at + 2)))
      return this.#value('number', NUMBER)
    if (char === '/' && this.#isOperand) return this.#value('regexp', REGEXP)
    if (char === '#') {
      this.#at++
      const name = this.#need(NAME)
      this.#push('private', `#${cooked(name)}`, this.#at - name.length - 1)
      this.#isOperand = false
      return
    }
    const name = this.#match(NAME)
    if (name === undefined) this.#punctuator(this.#need(PUNCTUATOR))
    else this.#name(name)
  }

  #value(type: 'string' | 'number' | 'regexp', pattern: RegExp): void {
    const start = this.#at
    const text = this.#need(pattern)
    this.#push(type, type === 'string' ? cooked(text.slice(1, -1)) : text, start)
    this.#isOperand = false
  }

  #chunk(isFirst: boolean): void {
    const start = this.#at++
    const text = this.#need(CHUNK)
    const isLast = text.endsWith('`')
    const type = isFirst ? (isLast ? 'template' : 'head') : isLast ? 'tail' : 'middle'
    this.#push(type, cooked(text.slice(0, isLast ? -1 : -2)), start)
    if (!isFirst) this.#open.pop()
    if (!isLast) this.#open.push(opened('${'))
    this.#isOperand = !isLast
  }

  #name(text: string): void {
    const before = this.#tokens.at(-1)
    const isMember = before?.value === '.' || before?.value === '?.'
    const isKeyword = !isMember && KEYWORDS.has(text)
    const isValue = text === 'function' && this.#isOperand && !this.#begins()
    this.#push('name', cooked(text), this.#at - text.length, { isKeyword, isValue })
    this.#isOperand = isKeyword && BEFORE_EXPRESSION.has(text)
  }

  #punctuator(text: string): void {
    const start = this.#at - text.length
    const top = this.#open.at(-1)
    if (text === '{') {
      const isObject = !this.#isBlock()
      const isFunctionValue =
        this.#tokens.at(-1)?.value === ')' && this.#lastClosed?.isFunctionValue === true
      this.#push('punctuator', text, start, { isObject })
      this.#open.push({ ...opened('{'), isObject, endsStatement: !isObject && !isFunctionValue })
      this.#isOperand = true
    } else if (text === '(' || text === '[') {
      this.#open.push(text === '(' ? this.#parenthesis() : opened('['))
      this.#push('punctuator', text, start)
      this.#isOperand = true
    } else if (text === '}' || text === ')' || text === ']') {
      this.#push('punctuator', text, start)
      // What began in another piece of the template ends here: a block.
      const isOurs = this.#open.length > 1
      this.#lastClosed = isOurs ? this.#open.pop() : { ...opened('{'), endsStatement: text === '}' }
      this.#isOperand = this.#lastClosed?.endsStatement === true
    } else {
      this.#push('punctuator', text, start)
      if (text === '?' && top !== undefined) top.questions++
      if (text === ':') {
        this.#isAlternative = (top?.questions ?? 0) > 0
        if (top !== undefined && this.#isAlternative) top.questions--
      }
      // `x++ / 2`, `++/a/.lastIndex`: as it was before.
      if (text !== '++' && text !== '--') this.#isOperand = text !== '.' && text !== '?.'
    }
  }

  #parenthesis(): Open {
    const [first, second, third] = [-1, -2, -3].map((at) => this.#tokens.at(at))
    const isHead =
      first?.isKeyword === true &&
      (WITH_HEAD.has(first.value) || (first.value === 'await' && second?.value === 'for'))
    // `function (`, `function name (`, `function* name (`.
    const word = [first, second, third].find((token) => token?.value === 'function')
    const isFunctionValue =
      word?.isValue === true && !/[^\w$*\s]/.test(this.#code.slice(word.start, this.#at - 1))
    return { ...opened('('), endsStatement: isHead, isFunctionValue }
  }

  /** Whether the `{` that comes begins a block. */
  #isBlock(): boolean {
    const before = this.#tokens.at(-1)
    if (before === undefined) return this.#beginsStatement
    if (before.type === 'name') {
      if (before.isKeyword !== true) return before.value === 'static'
      if (before.value === 'return' || before.value === 'yield')
        return LINE_END.test(this.#code.slice(before.end, this.#at - 1))
      return BEFORE_BLOCK.has(before.value)
    }
    if (before.type !== 'punctuator') return before.type !== 'head' && before.type !== 'middle'
    return before.value === ')' || before.value === '}' || this.#begins()
  }

  /** Whether a statement may begin here. */
  #begins(): boolean {
    const before = this.#tokens.at(-1)
    if (before === undefined) return this.#beginsStatement
    if (before.type === 'name') return before.isKeyword === true && BEFORE_BLOCK.has(before.value)
    if (before.type !== 'punctuator') return false
    if (before.value === ';' || before.value === '=>') return true
    if (before.value === '{') return before.isObject !== true
    if (before.value === ':') return !this.#isAlternative && this.#open.at(-1)?.isObject !== true
    return /^[})]$/.test(before.value) && this.#lastClosed?.endsStatement === true
  }

  #push(
    type: JsToken['type'],
    value: string,
    start: number,
    more: Pick<JsToken, 'isKeyword' | 'isObject' | 'isValue'> = {},
  ): void {
    for (; this.#counted < start; this.#counted++) {
      if (this.#code[this.#counted] === '\n') this.#line++
    }
    this.#tokens.push({ type, value, start, end: this.#at, line: this.#line, ...more })
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#code)
    if (found === null) return undefined
    this.#at = pattern.lastIndex
    return found[0]
  }

  #need(pattern: RegExp): string {
    const found = this.#match(pattern)
    if (found !== undefined) return found
    throw new SyntaxError(`No JavaScript: ${this.#code.slice(this.#at, this.#at + 20)}`)
  }
}

function opened(bracket: Open['bracket']): Open {
  return { bracket, isObject: false, endsStatement: false, isFunctionValue: false, questions: 0 }
}

const ESCAPE = /\\(?:u\{([\dA-Fa-f]+)\}|u([\dA-Fa-f]{4})|x([\dA-Fa-f]{2})|(\r\n|[^]))/g
const CONTROLS: Readonly<Record<string, string>> = {
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '0': '\0',
}

/** With its escapes resolved. */
function cooked(text: string): string {
  if (!text.includes('\\')) return text
  return text.replace(ESCAPE, (_, long?: string, short?: string, byte?: string, char?: string) => {
    const hex = long ?? short ?? byte
    if (hex !== undefined)
      return String.fromCodePoint(Math.min(Number.parseInt(hex, 16), 0x10_ffff))
    if (char === undefined || LINE_END.test(char)) return ''
    return CONTROLS[char] ?? char
  })
}
