import { optionError } from '../../../base/errors.ts'

/** Where one node of a cluster listens. */
export interface Address {
  readonly host: string
  readonly port: number
}

/** `host:port`, as MOVED and ASK name a node; the host of an IPv6 address without brackets. */
export function addressText({ host, port }: Address): string {
  return `${host}:${port}`
}

/** @throws {CacheError} `E_OPTION` */
export function parseAddress(text: unknown, option: string): Address {
  const match = typeof text === 'string' ? /^\[?(.+?)\]?:(\d{1,5})$/.exec(text.trim()) : null
  const port = Number(match?.[2])
  const host = match?.[1]
  if (host !== undefined && port > 0 && port < 65_536) return { host, port }
  throw optionError(option, "addresses such as 'host:7001'", text)
}
