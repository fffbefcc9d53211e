import { CacheError } from '../base/errors.ts'
import type { AliasOptions } from './alias.ts'

const VARIABLE = /^BREAKWATER_URL_([A-Z][A-Z0-9_]*)$/

/**
 * Aliases from the environment: `BREAKWATER_URL`, else `REDIS_URL`, is `default`; `BREAKWATER_URL_SESSIONS` is `sessions`.
 * With no variable set, `default` is a memory cache.
 *
 * @throws {CacheError} `E_URL` for an empty variable
 */
export function aliasesFromEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): Record<string, AliasOptions> {
  const aliases: Record<string, AliasOptions> = { default: {} }
  for (const variable of ['BREAKWATER_URL', 'REDIS_URL']) {
    const url = environment[variable]
    if (url === undefined) continue
    aliases['default'] = { store: filled(variable, url) }
    break
  }
  for (const [variable, url] of Object.entries(environment)) {
    const name = VARIABLE.exec(variable)?.[1]
    if (name !== undefined && url !== undefined)
      aliases[name.toLowerCase()] = { store: filled(variable, url) }
  }
  return aliases
}

function filled(variable: string, url: string): string {
  if (url.trim() !== '') return url
  throw new CacheError(
    'E_URL',
    `The environment variable ${variable} is empty. Unset it, or give an address such as 'redis://localhost:6379'.`,
  )
}
