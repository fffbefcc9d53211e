import { templateError } from '../../tag-words.ts'

/** What a tag says, in source: values by blanks as Django writes them, or commas; words as `using="pages"`. */
export interface TagArguments {
  readonly values: readonly string[]
  readonly words: ReadonlyMap<string, string>
}

export interface CacheTag {
  readonly timeout: string
  readonly name: string
  readonly vary: readonly string[]
  readonly words: ReadonlyMap<string, string>
}

const PIECE = /(?:"[^"]*"|'[^']*'|\([^)]*\)|[^\s,"'])+/y
const WORD = /([A-Za-z_]\w*)\s*(?:=(?!=)|:)\s*/y
const BETWEEN = /[\s,]*/y

export function parseArguments(source: string): TagArguments {
  const values: string[] = []
  const words = new Map<string, string>()
  let at = 0
  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = at
    const found = pattern.exec(source)
    if (found === null) return undefined
    at = pattern.lastIndex
    return found
  }
  for (;;) {
    take(BETWEEN)
    if (at >= source.length) return { values, words }
    const word = take(WORD)?.[1]
    const piece = take(PIECE)?.[0]
    // A quote that nothing ends: what is left is one piece, and no value.
    const value = piece ?? source.slice(at)
    if (piece === undefined) at = source.length
    if (word === undefined) values.push(value)
    else words.set(word, value)
  }
}

/** @throws {CacheError} `E_TEMPLATE` where Django has TemplateSyntaxError */
export function cacheTag(source: string, where: string): CacheTag {
  const { values, words } = parseArguments(source)
  const [timeout, name, ...vary] = values
  if (timeout === undefined || name === undefined)
    throw templateError(where, "tag 'cache' requires at least two arguments: timeout and name.")
  return { timeout, name: name.replace(/^(["'])(.*)\1$/, '$2'), vary, words }
}

/** `['user', 'id']` of `user.id`; `undefined` for what is no plain name. */
export function pathOf(source: string): readonly string[] | undefined {
  return /^[A-Za-z_][\w-]*(\.[\w-]+)*$/.test(source) ? source.split('.') : undefined
}

/** What a word of Python or Liquid stands for, which Liquid itself would look up, or make an object of. */
const WORDS: ReadonlyMap<string, boolean | null> = new Map([
  ['None', null],
  ['nil', null],
  ['null', null],
  ['True', true],
  ['False', false],
])

/** @returns `undefined` for what is to be evaluated */
export function literal(source: string): boolean | null | undefined {
  return WORDS.get(source)
}
