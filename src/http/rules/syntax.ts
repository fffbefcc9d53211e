// The characters of RFC 9110 §5.6: scanners by position, so that every parser above them runs in linear time.

const TOKEN_CHARS = "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
const IS_TOKEN: readonly boolean[] = Array.from({ length: 128 }, (_, code) => {
  return TOKEN_CHARS.includes(String.fromCharCode(code))
})

/** Where the token that begins at `start` ends; `start` itself when there is none. RFC 9110 §5.6.2 */
export function tokenEnd(text: string, start: number): number {
  let end = start
  while (end < text.length && IS_TOKEN[text.charCodeAt(end)] === true) end++
  return end
}

export function isToken(text: string): boolean {
  return text !== '' && tokenEnd(text, 0) === text.length
}

/** Where the blanks and tabs that begin at `start` end. RFC 9110 §5.6.3 */
export function blankEnd(text: string, start: number): number {
  let end = start
  while (text[end] === ' ' || text[end] === '\t') end++
  return end
}

/** Where the quoted string whose first quote is at `start` ends, or -1 when it never does. RFC 9110 §5.6.4 */
export function quotedEnd(text: string, start: number): number {
  for (let index = start + 1; index < text.length; index++) {
    if (text[index] === '\\') index++
    else if (text[index] === '"') return index + 1
  }
  return -1
}

/** Without the blanks and tabs around it; other white space is not ours to forgive. */
export function trimBlanks(text: string): string {
  const start = blankEnd(text, 0)
  let end = text.length
  while (end > start && (text[end - 1] === ' ' || text[end - 1] === '\t')) end--
  return text.slice(start, end)
}
