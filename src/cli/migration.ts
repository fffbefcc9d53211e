import { CacheError, optionError } from '../base/errors.ts'

/** What is to become of statements: printed, unless they are to be applied. */
export interface MigrationFlags {
  readonly apply: boolean
  readonly dryRun: boolean
  readonly json: boolean
}

/** Prints a migration, or runs it when that was asked for. @returns the exit code */
export async function migrate(
  statements: readonly string[],
  flags: MigrationFlags,
  write: (text: string) => void,
  run: () => Promise<void>,
): Promise<number> {
  const { apply, dryRun, json } = flags
  if (apply && dryRun) {
    throw new CacheError('E_OPTION', "Expected '--apply' or '--dry-run', got both.")
  }
  if (apply) await run()
  if (json) write(`${JSON.stringify({ applied: apply, statements }, undefined, 2)}\n`)
  else if (apply) write(`Done: ${statements.length} statements.\n`)
  else write(`${statements.join(';\n\n')};\n`)
  return 0
}

/** `--tables products,audit.log`. @throws {CacheError} `E_OPTION` */
export function tablesOf(text: string | undefined): string[] {
  const tables = (text ?? '').split(',').map((table) => table.trim())
  if (tables.some((table) => table === ''))
    throw optionError('--tables', "tables such as 'products,audit.log'", text ?? 'none')
  return tables
}
