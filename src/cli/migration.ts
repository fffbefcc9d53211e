import { CacheError, optionError } from '../base/errors.ts'
import { type Call, type CommandOptions, EXIT, JSON_OPTION } from './command.ts'
import { visibleJson } from './visible.ts'

/** What becomes of statements: printed, unless they are to be applied. */
export const MIGRATION: CommandOptions = {
  apply: { value: 'flag', summary: 'runs the statements; default: prints them' },
  'dry-run': { value: 'flag', short: 'n', summary: 'prints them, as without --apply' },
  ...JSON_OPTION,
}

/** Prints a migration, or runs it when that was asked for. @returns the exit code */
export async function migrate(
  { flags, terminal }: Call,
  statements: readonly string[],
  run: () => Promise<void>,
): Promise<number> {
  const isApplied = flags.has('apply')
  if (isApplied && flags.has('dry-run')) {
    throw new CacheError('E_OPTION', "Expected '--apply' or '--dry-run', got both.")
  }
  if (isApplied) await run()
  if (flags.has('json')) terminal.writeLine(visibleJson({ applied: isApplied, statements }))
  else if (isApplied) terminal.writeLine(`Done: ${statements.length} statements.`)
  else terminal.write(`${statements.join(';\n\n')};\n`)
  return EXIT.ok
}

/** `--tables products,audit.log`. @throws {CacheError} `E_OPTION` */
export function tablesOf(text: string | undefined): string[] {
  const tables = (text ?? '').split(',').map((table) => table.trim())
  if (tables.some((table) => table === ''))
    throw optionError('--tables', "tables such as 'products,audit.log'", text ?? 'none')
  return tables
}
