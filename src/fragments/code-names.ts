import { type CodeArgument, split } from './code-reading.ts'

/**
 * The names that an expression may stand for, as far as they are said: `'card'`, `wide ? 'wide' : 'narrow'`. What is computed
 * at the end or in the middle is a pattern: `'cards/' + kind` is `cards/**`.
 *
 * @returns `undefined` when it may be anything
 */
export function namesOf(argument: CodeArgument): readonly string[] | undefined {
  const [first] = argument
  if (first === undefined) return undefined
  if (isWhole(argument, '(', ')')) return namesOf(argument.slice(1, -1))
  const [condition = [], ...rest] = split(argument, '?')
  if (rest.length > 0) return namesOfBranches(argument.slice(condition.length + 1))
  const pattern = split(argument, '+')
    .map((part) => textOf(part))
    .join('')
    .replaceAll(/\*{2,}/g, '**')
  return pattern.startsWith('*') || pattern === '' ? undefined : [pattern]
}

/** `'a' : 'b'`, and `more ? 'a' : 'b' : 'c'`. */
function namesOfBranches(rest: CodeArgument): readonly string[] | undefined {
  let questions = 0
  let depth = 0
  const at = rest.findIndex(({ type, value }) => {
    if (type !== 'punctuator') return false
    if (/^[({[]$/.test(value)) depth++
    if (/^[)}\]]$/.test(value)) depth--
    if (depth > 0) return false
    if (value === '?') questions++
    return value === ':' && questions-- === 0
  })
  if (at === -1) return undefined
  const names = [rest.slice(0, at), rest.slice(at + 1)].map(namesOf)
  const [yes, no] = names
  return yes === undefined || no === undefined ? undefined : [...yes, ...no]
}

function textOf(part: CodeArgument): string {
  const [first, last] = [part[0], part.at(-1)]
  if (part.length === 1 && (first?.type === 'string' || first?.type === 'template'))
    return first.value
  if (first?.type !== 'head' || last?.type !== 'tail') return '**'
  let depth = 0
  let text = ''
  for (const { type, value } of part) {
    if (type === 'head' && depth++ > 0) continue
    if (type === 'head') text += value
    if ((type === 'middle' || type === 'tail') && depth === 1) text += `**${value}`
    if (type === 'tail') depth--
  }
  return text
}

/** What an object says, by key. */
export interface CodeObject {
  readonly values: ReadonlyMap<string, CodeArgument>
  /** It has more than can be read: `...more`, or a key that is computed. */
  readonly isOpen: boolean
}

/** @returns `undefined` for what is no object as it stands there */
export function objectOf(argument: CodeArgument | undefined): CodeObject | undefined {
  if (argument === undefined || !isWhole(argument, '{', '}')) return undefined
  const values = new Map<string, CodeArgument>()
  let isOpen = false
  for (const entry of split(argument.slice(1, -1), ',')) {
    const [key, mark] = entry
    const isKey = key?.type === 'name' || key?.type === 'string'
    if (isKey && mark?.value === ':') values.set(key.value, entry.slice(2))
    else if (isKey && entry.length === 1) values.set(key.value, entry)
    else isOpen = true
  }
  return { values, isOpen }
}

export function isList(argument: CodeArgument | undefined): boolean {
  return argument !== undefined && isWhole(argument, '[', ']')
}

/** One bracket from its beginning to its end. */
function isWhole(tokens: CodeArgument, open: string, close: string): boolean {
  const [first] = tokens
  if (first?.type !== 'punctuator' || first.value !== open) return false
  let depth = 0
  const end = tokens.findIndex(({ type, value }) => {
    if (type !== 'punctuator') return false
    if (/^[({[]$/.test(value)) depth++
    return /^[)}\]]$/.test(value) && --depth === 0
  })
  return end === tokens.length - 1 && tokens.at(-1)?.value === close
}
