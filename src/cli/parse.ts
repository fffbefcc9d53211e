import { parseArgs } from 'node:util'
import { nearest } from '../base/suggest.ts'
import { type Call, type CommandOptions, UsageError } from './command.ts'

/** What `--color` and `--no-color` say. */
export interface Parsed extends Pick<Call, 'words' | 'flags' | 'values'> {
  readonly colour: boolean | undefined
}

/** @throws {UsageError} with the nearest right name */
export function parse(args: readonly string[], options: CommandOptions): Parsed {
  const described = Object.fromEntries(
    Object.entries(options).map(([name, { value, short }]) => {
      const type = value === 'flag' ? ('boolean' as const) : ('string' as const)
      return [name, short === undefined ? { type } : { type, short }]
    }),
  )
  const { positionals, tokens } = parseArgs({
    args: [...args],
    options: described,
    allowPositionals: true,
    strict: false,
    tokens: true,
  })
  const flags = new Set<string>()
  const values = new Map<string, string>()
  let colour: boolean | undefined
  for (const token of tokens) {
    if (token.kind !== 'option') continue
    const { inlineValue, name, rawName, value } = token
    if (name === 'color' || name === 'no-color') {
      colour = name === 'color'
      continue
    }
    const option = Object.hasOwn(options, name) ? options[name] : undefined
    if (option === undefined) throw new UsageError(unknownOption(rawName, name, options))
    if (option.value === 'flag') {
      if (value !== undefined) throw new UsageError(`'${rawName}' takes no value, got '${value}'.`)
      flags.add(name)
    } else {
      // `--url --json`: what looks like an option is none of its values, unless it is joined with `=`.
      if (value === undefined || (!inlineValue && /^--?[a-z]/i.test(value)))
        throw new UsageError(`'${rawName}' takes a value: ${rawName} ${option.value}.`)
      values.set(name, value)
    }
  }
  return { words: positionals, flags, values, colour }
}

function unknownOption(rawName: string, name: string, options: CommandOptions): string {
  const near = nearest(name, Object.keys(options))
  const known = Object.keys(options).map((each) => `--${each}`)
  const meant = near === undefined ? '' : ` Did you mean '--${near}'?`
  return `There is no option '${rawName}'.${meant} Known: ${known.join(', ')}.`
}

/** The value of an option that is a whole number. @throws {UsageError} */
export function wholeNumber(call: Pick<Call, 'values'>, name: string, otherwise: number): number {
  const text = call.values.get(name)
  if (text === undefined) return otherwise
  if (text === 'none') return Infinity
  const number = /^\d+$/.test(text) ? Number(text) : 0
  if (number >= 1) return number
  throw new UsageError(`'--${name}' takes a whole number, 1 or more, or 'none', got '${text}'.`)
}

/** What follows the command. @throws {UsageError} when it is missing */
export function wordAt(call: Pick<Call, 'words'>, at: number, expected: string): string {
  const word = call.words[at]
  if (word === undefined || word === '') throw new UsageError(`Expected ${expected}.`)
  return word
}
