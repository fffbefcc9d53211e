/**
 * Control characters, those that turn the direction of what follows, and those that nobody sees: what comes from a store may
 * have been written by anybody, and a terminal obeys them.
 */
const UNSEEN =
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]|[\u{e0000}-\u{e007f}]/gu
const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/** A text from outside, safe to print on one line: what would act on the terminal, or not be seen, is spelt. */
export function visible(text: string): string {
  return text.replace(UNSEEN, spelt)
}

/** The same for a text of several lines, which keeps its line ends. */
export function visibleLines(text: string): string {
  return text
    .split('\n')
    .map((line) => visible(line))
    .join('\n')
}

/** JSON that a terminal does not obey: the same value, with such characters escaped. */
export function visibleJson(value: unknown, indent = 2): string {
  const text = JSON.stringify(value, plain, indent) ?? 'null'
  return text
    .split('\n')
    .map((line) => line.replace(UNSEEN, escaped))
    .join('\n')
}

function spelt(char: string): string {
  const short = SHORT[char]
  if (short !== undefined) return short
  const point = char.codePointAt(0) as number
  if (point <= 0xff) return `\\x${point.toString(16).padStart(2, '0')}`
  if (point <= 0xffff) return `\\u${point.toString(16).padStart(4, '0')}`
  return `\\u{${point.toString(16)}}`
}

function escaped(char: string): string {
  return Array.from({ length: char.length }, (_, at) => {
    return `\\u${char.charCodeAt(at).toString(16).padStart(4, '0')}`
  }).join('')
}

/** What JSON has no word for, in the words that come nearest. */
function plain(this: unknown, name: string, value: unknown): unknown {
  // A Buffer has turned itself into a list of numbers by now.
  const original = (this as Readonly<Record<string, unknown>>)[name]
  if (original instanceof Uint8Array) return Buffer.from(original).toString('base64')
  if (typeof value === 'bigint') return value.toString()
  if (value instanceof Map) return [...value]
  if (value instanceof Set) return [...value]
  return value
}

/** How many columns of a terminal a text takes. */
export function widthOf(text: string): number {
  let width = 0
  for (const char of text.replaceAll(COLOUR, '')) {
    if (COMBINES.test(char)) continue
    width += WIDE.test(char) ? 2 : 1
  }
  return width
}

const COLOUR = /\u001b\[[0-9;]*m/g
const COMBINES = /^(?:\p{M}|\u200d)$/u
// Unicode's East Asian Width W and F, by their blocks, and what terminals show as pictures.
const WIDE =
  /^(?:[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{1f300}-\u{1faff}]|[\u{20000}-\u{3fffd}]|\p{Emoji_Presentation})$/u

/** Its beginning, in no more than so many columns; `…` stands for the rest. Of a text without colours. */
export function shortenedTo(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text
  let kept = ''
  let width = 0
  for (const char of text) {
    width += widthOf(char)
    if (width > columns - 1) break
    kept += char
  }
  return `${kept}…`
}
