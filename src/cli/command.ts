import type { Terminal } from './terminal.ts'

export interface CommandOption {
  /** A `flag` is there or not; others take a value, and this says which: `<url>`. */
  readonly value: 'flag' | `<${string}>`
  readonly summary: string
  readonly short?: string
  /** What completion offers. */
  readonly choices?: readonly string[]
}

export type CommandOptions = Readonly<Record<string, CommandOption>>

/** What was said after the name of a command. */
export interface Call {
  readonly words: readonly string[]
  readonly flags: ReadonlySet<string>
  readonly values: ReadonlyMap<string, string>
  readonly terminal: Terminal
  /** Aborted by Ctrl-C: the command ends, and says what it has done so far. */
  readonly signal: AbortSignal
}

/** One command of `breakwater`. */
export interface Command {
  readonly name: string
  /** Older names, which still work. */
  readonly otherNames?: readonly string[]
  /** What follows the name: `[pattern]`. */
  readonly words: string
  /** How many of them there may be. */
  readonly mostWords: number
  /** What completion offers in their place. */
  readonly choices?: readonly string[]
  readonly summary: string
  /** More of it, for `help <command>`. */
  readonly description?: string
  readonly options: CommandOptions
  /** Command lines, and what they do. */
  readonly examples: readonly (readonly [line: string, says: string])[]
  /** @returns the exit code */
  readonly run: (call: Call) => Promise<number>
}

export const EXIT = { ok: 0, failed: 1, usage: 2, refused: 3, interrupted: 130 } as const

/** The command line is wrong. */
export class UsageError extends Error {}

/** What was asked for was not done, on purpose. */
export class Refusal extends Error {}

/** What every command takes. */
export const EVERYWHERE: CommandOptions = {
  help: { value: 'flag', short: 'h', summary: 'shows this' },
  color: { value: 'flag', summary: 'colours, also where nobody looks (--no-color: none)' },
}

export const JSON_OPTION: CommandOptions = {
  json: { value: 'flag', summary: 'prints JSON, for programs' },
}

/** Of what removes something. */
export const REMOVING: CommandOptions = {
  'dry-run': { value: 'flag', short: 'n', summary: 'shows what would go, and removes nothing' },
  yes: {
    value: 'flag',
    short: 'y',
    summary: 'does not ask first; needed where nobody can be asked',
  },
}

/**
 * Asks before something is removed.
 *
 * @throws {Refusal} when the answer is no, or nobody can be asked
 */
export async function confirm(call: Call, question: string): Promise<void> {
  const { flags, signal, terminal } = call
  if (flags.has('yes')) return
  if (!terminal.canAsk)
    throw new Refusal(`${question} Nobody can be asked here, so nothing was removed: say --yes.`)
  if (!(await terminal.ask(question, signal))) throw new Refusal('Nothing was removed.')
}
