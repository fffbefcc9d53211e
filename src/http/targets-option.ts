import { optionError } from '../base/errors.ts'
import { isToken } from './rules/syntax.ts'
import { OF_ALL_CDNS } from './rules/targeted.ts'

/** @throws {CacheError} `E_OPTION` */
export function targetsOption(given: readonly string[] | undefined): {
  readonly targets: readonly string[]
  readonly ownTargets: readonly string[]
} {
  const names: unknown = given ?? ['breakwater-cache-control', OF_ALL_CDNS]
  if (!Array.isArray(names) || !names.every(isTarget)) {
    throw optionError('targets', "a list of names such as 'Shop-Cache-Control'", given)
  }
  const targets = [...new Set(names.map((name) => name.toLowerCase()))]
  const ownTargets = targets.filter((name) => name !== OF_ALL_CDNS)
  return { targets: Object.freeze(targets), ownTargets: Object.freeze(ownTargets) }
}

// By such names alone, so that a slip cannot take a field from the page that it needs.
function isTarget(name: unknown): name is string {
  return typeof name === 'string' && isToken(name) && /.-cache-control$/i.test(name)
}
