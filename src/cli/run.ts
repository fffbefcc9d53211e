import { isCacheError } from '../base/errors.ts'
import { hint } from '../base/suggest.ts'
import { type Command, EVERYWHERE, EXIT, Refusal, UsageError } from './command.ts'
import { COMMANDS } from './commands.ts'
import { helpOf, overview } from './help.ts'
import { Interrupts } from './interrupts.ts'
import { parse } from './parse.ts'
import { Terminal } from './terminal.ts'
import { version } from './version.ts'
import { visible, visibleLines } from './visible.ts'

type Streams = ConstructorParameters<typeof Terminal>[0]
type Environment = Readonly<Record<string, string | undefined>>

/** What is wrong with what was said, and not with what it was said of. */
const USAGE_CODES = new Set(['E_ALIAS', 'E_KEY', 'E_OPTION', 'E_URL'])

/** Runs one command line. Never rejects. @returns the exit code */
export async function run(
  args: readonly string[],
  streams: Streams,
  env: Environment,
): Promise<number> {
  const interrupts = new Interrupts()
  let terminal = new Terminal(streams, env, undefined)
  try {
    const [name = 'help', ...rest] = args
    if (name === 'help' || name === '--help' || name === '-h') return help(terminal, rest)
    if (name === '--version' || name === '-V') {
      terminal.writeLine(version())
      return EXIT.ok
    }
    const command = commandOf(name)
    const parsed = parse(rest, { ...command.options, ...EVERYWHERE })
    terminal = new Terminal(streams, env, parsed.colour)
    if (parsed.flags.has('help')) {
      terminal.write(helpOf(command, terminal.paint))
      return EXIT.ok
    }
    const surplus = parsed.words[command.mostWords]
    if (surplus !== undefined)
      throw new UsageError(`'${command.name}' has no use for '${surplus}'.`)
    return await command.run({ ...parsed, terminal, signal: interrupts.signal })
  } catch (error) {
    return tell(error, terminal, interrupts)
  } finally {
    terminal.endProgress()
    interrupts.close()
  }
}

function help(terminal: Terminal, words: readonly string[]): number {
  const name = words.find((word) => !word.startsWith('-'))
  terminal.write(
    name === undefined ? overview(terminal.paint) : helpOf(commandOf(name), terminal.paint),
  )
  return EXIT.ok
}

/** @throws {UsageError} with the nearest right name */
function commandOf(name: string): Command {
  const found = COMMANDS.find((each) => each.name === name || each.otherNames?.includes(name))
  if (found !== undefined) return found
  const names = [...COMMANDS.map((each) => each.name), 'help']
  throw new UsageError(`There is no command '${visible(name)}'. ${hint(name, names)}`)
}

/** Says what went wrong. @returns the exit code */
function tell(error: unknown, terminal: Terminal, interrupts: Interrupts): number {
  if (interrupts.signal.aborted) {
    terminal.say('Interrupted.')
    return EXIT.interrupted
  }
  const { message, stack = '' } = error as Error
  if (error instanceof Refusal) {
    terminal.say(message)
    return EXIT.refused
  }
  const isCode = typeof (error as { code?: unknown }).code === 'string'
  const isUsage =
    error instanceof UsageError || (isCacheError(error) && USAGE_CODES.has(error.code))
  // What the user did, a server said or a file lacks; anything else is a bug, and shows where it is.
  terminal.say(visibleLines(isUsage || isCode ? message : stack))
  return isUsage ? EXIT.usage : EXIT.failed
}
