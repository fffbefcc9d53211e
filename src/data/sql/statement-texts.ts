import type { Dialect } from '../dialect.ts'
import { type Token, tokensOf } from './tokens.ts'

/** One statement of a text, with the parameters that stand before it. */
export interface StatementText {
  readonly tokens: readonly Token[]
  /** By token: which parameter it is, from 0, or its name. */
  readonly params: ReadonlyMap<Token, number | string>
}

/** What may hold statements with semicolons of their own: the rest of the text is one. */
const BODIES = /^(?:TRIGGER|FUNCTION|PROCEDURE|RULE|EVENT|PACKAGE)$/

/** The statements of a text, without empty ones. */
export function statementTexts(sql: string, dialect: Dialect): StatementText[] {
  const tokens = tokensOf(sql, dialect)
  const params = paramsOf(tokens)
  const texts: StatementText[] = []
  let start = 0
  for (let index = 0; index <= tokens.length; index++) {
    if (index < tokens.length && tokens[index]?.text !== ';') continue
    if (index < tokens.length && tokens[index]?.kind !== 'sign') continue
    const one = tokens.slice(start, index)
    if (hasBody(one)) {
      texts.push({ tokens: tokens.slice(start), params })
      break
    }
    if (one.length > 0) texts.push({ tokens: one, params })
    start = index + 1
  }
  return texts
}

function hasBody(tokens: readonly Token[]): boolean {
  const [first] = tokens
  if (first?.kind !== 'word') return false
  if (first.text === 'BEGIN') return tokens[1]?.text === 'NOT'
  return (
    first.text === 'CREATE' && tokens.some(({ kind, text }) => kind === 'word' && BODIES.test(text))
  )
}

function paramsOf(tokens: readonly Token[]): Map<Token, number | string> {
  const params = new Map<Token, number | string>()
  let next = 0
  for (const token of tokens) {
    if (token.kind !== 'param') continue
    const { text } = token
    if (text === '?') params.set(token, next++)
    else if (/^[$?]\d/.test(text)) params.set(token, Number(text.slice(1)) - 1)
    else params.set(token, text.replace(/^[@:$#]+/, ''))
  }
  return params
}
