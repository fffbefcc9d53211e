import { optionError } from '../base/errors.ts'

/** @throws {CacheError} `E_OPTION` */
export function baseUrl(given: string | undefined): URL | undefined {
  if (given === undefined) return undefined
  const url = URL.canParse(given) ? new URL(given) : undefined
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url
  throw optionError('baseUrl', "an address such as 'https://shop.example'", given)
}

export function lowered(hosts: readonly string[] = [], base: URL | undefined): ReadonlySet<string> {
  const all = base === undefined ? hosts : [...hosts, base.host]
  return new Set(all.map((host) => host.toLowerCase()))
}
