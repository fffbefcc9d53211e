import { benchCommand } from './bench.ts'
import { clearCommand } from './clear.ts'
import type { Command } from './command.ts'
import { completionCommand } from './completion.ts'
import { createTableCommand } from './create-table.ts'
import { deleteCommand } from './delete.ts'
import { doctorCommand } from './doctor.ts'
import { getCommand } from './get.ts'
import { keysCommand } from './keys.ts'
import { mysqlInstall } from './mysql-install.ts'
import { pgInstall } from './pg-install.ts'
import { purgeCommand } from './purge.ts'
import { redisConfCommand } from './redis-conf.ts'
import { sessionsClearExpired } from './sessions-clear-expired.ts'
import { statsCommand } from './stats.ts'
import { topCommand } from './top.ts'
import { ttlCommand } from './ttl.ts'
import { versionCommand } from './version.ts'

/** Every command. */
export const COMMANDS: readonly Command[] = [
  statsCommand,
  topCommand,
  doctorCommand,
  benchCommand,
  keysCommand,
  getCommand,
  ttlCommand,
  deleteCommand,
  purgeCommand,
  clearCommand,
  sessionsClearExpired,
  createTableCommand,
  pgInstall,
  mysqlInstall,
  redisConfCommand,
  completionCommand(() => COMMANDS),
  versionCommand,
]

/** As the help shows them. */
export const GROUPS: readonly (readonly [title: string, names: readonly string[]])[] = [
  ['Seeing', ['stats', 'top', 'doctor', 'bench']],
  ['Entries', ['keys', 'get', 'ttl', 'delete', 'purge', 'clear', 'sessions:clear-expired']],
  ['Setting up', ['create-table', 'pg:install', 'mysql:install', 'redis:conf']],
  ['This command', ['completion', 'version']],
]
