import { type Command, EVERYWHERE, type CommandOptions } from './command.ts'
import { COMMANDS, GROUPS } from './commands.ts'
import type { Paint } from './paint.ts'

const EXIT_CODES = `0 done   1 failed, or what was asked about is not so   2 the command line is wrong
3 refused: it would remove something, and nobody said yes   130 interrupted`

/** All commands, by what they are for. */
export function overview(paint: Paint): string {
  const rows = [`${paint.bold('breakwater')}  looks after caches, from the command line`, '']
  const width = Math.max(...COMMANDS.map((command) => shortUsageOf(command).length))
  for (const [title, names] of GROUPS) {
    rows.push(paint.bold(title))
    for (const name of names) {
      const command = COMMANDS.find((each) => each.name === name) as Command
      rows.push(`  ${paint.cyan(shortUsageOf(command).padEnd(width))}  ${command.summary}`)
    }
    rows.push('')
  }
  rows.push(
    `Which caches: ${paint.cyan('--url')} ${paint.dim('redis://…')}, ${paint.cyan('--config')} ${paint.dim('cache.config.mjs')}, or what is in this folder or the environment.`,
    `More of one: ${paint.cyan('breakwater help <command>')}. All take ${paint.cyan('--json')}, as far as they print data.`,
    '',
    paint.bold('Exit codes'),
    ...indented(EXIT_CODES),
  )
  return `${rows.join('\n')}\n`
}

/** One command, its options and examples. */
export function helpOf(command: Command, paint: Paint): string {
  const rows = [paint.bold(`breakwater ${usageOf(command)}`), ...indented(command.summary)]
  if (command.description !== undefined) rows.push('', ...indented(command.description))
  const options = optionRows({ ...command.options, ...EVERYWHERE }, paint)
  rows.push('', paint.bold('Options'), ...options)
  if (command.examples.length > 0) rows.push('', paint.bold('Examples'))
  for (const [line, says] of command.examples) rows.push(`  ${paint.cyan(line)}`, `      ${says}`)
  return `${rows.join('\n')}\n`
}

function usageOf({ name, words }: Command): string {
  return words === '' ? name : `${name} ${words}`
}

/** In a list of all there is no room for more than a word. */
function shortUsageOf({ name, words }: Command): string {
  return words === '' || words.length > 12 ? name : `${name} ${words}`
}

function optionRows(options: CommandOptions, paint: Paint): string[] {
  const named = Object.entries(options).map(([name, { short, summary, value }]) => {
    const left = short === undefined ? '    ' : `-${short}, `
    return [`${left}--${name}${value === 'flag' ? '' : ` ${value}`}`, summary] as const
  })
  const width = Math.max(...named.map(([left]) => left.length))
  return named.map(([left, summary]) => `  ${paint.cyan(left.padEnd(width))}  ${summary}`)
}

function indented(text: string): string[] {
  return text.split('\n').map((row) => `  ${row}`)
}
