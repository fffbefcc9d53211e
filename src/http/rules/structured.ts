// Dictionaries of structured fields. RFC 9651 §3.2 and §4.2.2: what breaks the grammar is no dictionary at all.
import { blankEnd } from './syntax.ts'

const KEY = /[a-z*][a-z0-9_.*-]*/y
const BARE_ITEM =
  /-?\d{1,12}\.\d{1,3}|-?\d{1,15}(?!\d|\.)|"(?:[ !#-[\]-~]|\\["\\])*"|[A-Za-z*][\w!#$%&'*+.^`|~:/-]*|:[A-Za-z0-9+/=]*:|\?[01]|@-?\d{1,15}(?!\d|\.)/y
const SPACES = / */y

/**
 * Each member's key and value as it is written, without parameters; an empty value is none, which is true. Linear.
 *
 * @param text all lines of the field, joined by commas
 * @returns `undefined` for what is no dictionary
 */
export function dictionaryMembers(
  text: string,
): readonly (readonly [key: string, value: string])[] | undefined {
  const members: [string, string][] = []
  let index = match(SPACES, text, 0)
  while (index < text.length) {
    const keyEnd = match(KEY, text, index)
    if (keyEnd === -1) return undefined
    const valued = text[keyEnd] === '='
    const valueEnd = valued ? itemOrListEnd(text, keyEnd + 1) : keyEnd
    if (valueEnd === -1) return undefined
    const end = parametersEnd(text, valueEnd)
    if (end === -1) return undefined
    members.push([text.slice(index, keyEnd), valued ? text.slice(keyEnd + 1, valueEnd) : ''])
    index = blankEnd(text, end)
    if (index === text.length) return members
    if (text[index] !== ',') return undefined
    index = blankEnd(text, index + 1)
    // A comma at the end announces a member that is not there.
    if (index === text.length) return undefined
  }
  return members
}

/** The items of an inner list as they are written, without parameters; `undefined` for a value that is none. */
export function listItems(value: string): readonly string[] | undefined {
  if (value[0] !== '(') return undefined
  const items: string[] = []
  let index = match(SPACES, value, 1)
  while (index < value.length && value[index] !== ')') {
    const end = match(BARE_ITEM, value, index)
    if (end === -1) return undefined
    items.push(value.slice(index, end))
    index = match(SPACES, value, parametersEnd(value, end))
  }
  return items
}

/** What a string says; `undefined` for an item that is none. */
export function stringOf(item: string): string | undefined {
  return item[0] === '"' ? item.slice(1, -1).replace(/\\(.)/g, '$1') : undefined
}

function itemOrListEnd(text: string, start: number): number {
  if (text[start] !== '(') return match(BARE_ITEM, text, start)
  let index = match(SPACES, text, start + 1)
  while (text[index] !== ')') {
    const itemEnd = match(BARE_ITEM, text, index)
    const end = itemEnd === -1 ? -1 : parametersEnd(text, itemEnd)
    if (end === -1) return -1
    index = match(SPACES, text, end)
    if (index === end && text[index] !== ')') return -1
  }
  return index + 1
}

function parametersEnd(text: string, start: number): number {
  let index = start
  while (text[index] === ';') {
    const keyEnd = match(KEY, text, match(SPACES, text, index + 1))
    if (keyEnd === -1) return -1
    index = text[keyEnd] === '=' ? match(BARE_ITEM, text, keyEnd + 1) : keyEnd
    if (index === -1) return -1
  }
  return index
}

/** Where the match at `start` ends, or -1. */
function match(pattern: RegExp, text: string, start: number): number {
  pattern.lastIndex = start
  return pattern.test(text) ? pattern.lastIndex : -1
}
