// The members of Cache-Control. RFC 9111 §5.2, grammar in RFC 9110 §5.6.
import { blankEnd, quotedEnd, tokenEnd } from './syntax.ts'

/** `max-age=60`, `private`, `no-cache="set-cookie"`. */
export interface Directive {
  /** In lower case. */
  readonly name: string
  /** As it is written, quotes included; `undefined` when there is none. */
  readonly argument: string | undefined
  /** Where the comma after it stands, or the end of the line. */
  readonly end: number
}

/** The member that begins at `start`; `undefined` when it breaks the grammar. */
export function directiveAt(line: string, start: number): Directive | undefined {
  const nameEnd = tokenEnd(line, start)
  if (nameEnd === start) return undefined
  const name = line.slice(start, nameEnd).toLowerCase()
  let argument: string | undefined
  let end = nameEnd
  if (line[end] === '=') {
    const valueStart = nameEnd + 1
    end = line[valueStart] === '"' ? quotedEnd(line, valueStart) : tokenEnd(line, valueStart)
    if (end === -1 || end === valueStart) return undefined
    argument = line.slice(valueStart, end)
  }
  end = blankEnd(line, end)
  return end < line.length && line[end] !== ',' ? undefined : { name, argument, end }
}

/** All members of the lines in order; `undefined` when one of them breaks the grammar. Empty members are none. */
export function directivesOf(lines: readonly string[]): readonly Directive[] | undefined {
  const found: Directive[] = []
  for (const line of lines) {
    let index = blankEnd(line, 0)
    while (index < line.length) {
      if (line[index] !== ',') {
        const directive = directiveAt(line, index)
        if (directive === undefined) return undefined
        found.push(directive)
        index = directive.end
      }
      index = blankEnd(line, index + 1)
    }
  }
  return found
}
