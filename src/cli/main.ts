#!/usr/bin/env node
import { isCacheError } from '../base/errors.ts'
import { hint } from '../base/suggest.ts'
import type { Command } from './command.ts'
import { createTableCommand } from './create-table.ts'
import { doctor } from './doctor.ts'
import { mysqlInstall } from './mysql-install.ts'
import { pgInstall } from './pg-install.ts'
import { redisConfig } from './redis-config.ts'

const COMMANDS: readonly Command[] = [
  createTableCommand,
  doctor,
  mysqlInstall,
  pgInstall,
  redisConfig,
]

const [name = 'help', ...args] = process.argv.slice(2)
const command = COMMANDS.find((each) => each.name === name)

if (command !== undefined) {
  try {
    process.exitCode = await command.run(args, (text) => void process.stdout.write(text))
  } catch (error) {
    // What the user did or the store said; anything else is a bug, and shows where it is.
    const known = isCacheError(error) || (error instanceof TypeError && 'code' in error)
    process.stderr.write(`${known ? error.message : String((error as Error).stack)}\n`)
    process.exitCode = 2
  }
} else if (name === 'help' || name === '--help' || name === '-h') {
  const rows = COMMANDS.map((each) => `  breakwater ${each.usage.padEnd(44)}${each.summary}\n`)
  process.stdout.write(rows.join(''))
} else {
  const names = COMMANDS.map((each) => each.name)
  process.stderr.write(`There is no command '${name}'. ${hint(name, names)}\n`)
  process.exitCode = 2
}
