// Purgers for some CDNs, each a few lines around `fetch`. For others a `Purger` is a function of names.
import { CacheError, optionError } from '../../base/errors.ts'
import { refuseUnknown } from '../../base/suggest.ts'
import type { Purger } from './purges.ts'

export interface FastlyOptions {
  /** The id of the service. */
  readonly service: string
  /** One that may purge. */
  readonly token: string
  /** Pages become stale rather than vanish: with `stale-while-revalidate` they are then served once more. Default false. */
  readonly soft?: boolean
  /** Default `'https://api.fastly.com'`. */
  readonly endpoint?: string
}

export interface CloudflareOptions {
  /** The id of the zone. */
  readonly zone: string
  /** One that may purge. */
  readonly token: string
  /** Default `'https://api.cloudflare.com/client/v4'`. */
  readonly endpoint?: string
}

export interface VarnishOptions {
  /** Every Varnish, such as `['http://10.0.0.5:6081/']`. */
  readonly urls: readonly string[]
  /** The method that its VCL purges by. Default `'PURGE'`. */
  readonly method?: string
  /** The request field in which its VCL expects the names, separated by blanks. Default `'xkey'`. */
  readonly header?: string
}

/** As Fastly and Cloudflare accept them in one call. */
const FASTLY_NAMES = 256
const CLOUDFLARE_NAMES = 100
/** Varnish reads 8 KB of one request field; names have 200 bytes at most. */
const VARNISH_NAMES = 30

/** Purges by surrogate key at Fastly: pages carry `Surrogate-Key`. @throws {CacheError} `E_OPTION` */
export function fastly(options: FastlyOptions): Purger {
  refuseUnknown('fastly', options, ['service', 'token', 'soft', 'endpoint'])
  const { endpoint = 'https://api.fastly.com', soft = false } = options
  const service = text('service', options.service)
  const headers = {
    'Content-Type': 'application/json',
    'Fastly-Key': text('token', options.token),
    ...(soft ? { 'Fastly-Soft-Purge': '1' } : {}),
  }
  const url = new URL(
    `${address('endpoint', endpoint)}/service/${encodeURIComponent(service)}/purge`,
  )
  return async (names, signal) => {
    for (const some of chunks(names, FASTLY_NAMES)) {
      const body = JSON.stringify({ surrogate_keys: some })
      await call(url, { method: 'POST', headers, body, signal })
    }
  }
}

/** Purges by tag at Cloudflare: pages carry `Cache-Tag`. @throws {CacheError} `E_OPTION` */
export function cloudflare(options: CloudflareOptions): Purger {
  refuseUnknown('cloudflare', options, ['zone', 'token', 'endpoint'])
  const { endpoint = 'https://api.cloudflare.com/client/v4' } = options
  const zone = text('zone', options.zone)
  const headers = {
    Authorization: `Bearer ${text('token', options.token)}`,
    'Content-Type': 'application/json',
  }
  const url = new URL(
    `${address('endpoint', endpoint)}/zones/${encodeURIComponent(zone)}/purge_cache`,
  )
  return async (names, signal) => {
    for (const some of chunks(names, CLOUDFLARE_NAMES)) {
      await call(url, { method: 'POST', headers, body: JSON.stringify({ tags: some }), signal })
    }
  }
}

/** Purges by xkey at every Varnish: pages carry `xkey`, and its VCL imports the module of that name. @throws {CacheError} `E_OPTION` */
export function varnish(options: VarnishOptions): Purger {
  refuseUnknown('varnish', options, ['urls', 'method', 'header'])
  const { header = 'xkey', method = 'PURGE', urls } = options
  if (!Array.isArray(urls) || urls.length === 0) {
    throw optionError('urls', "a list of addresses such as 'http://10.0.0.5:6081/'", urls)
  }
  const all = urls.map((url) => new URL(address('urls', url)))
  text('method', method)
  text('header', header)
  return async (names, signal) => {
    // All are asked, also when one of them is down.
    const asked = await Promise.allSettled(
      all.map(async (url) => {
        for (const some of chunks(names, VARNISH_NAMES)) {
          await call(url, { method, headers: { [header]: some.join(' ') }, signal })
        }
      }),
    )
    const failed = asked.find((each) => each.status === 'rejected')
    if (failed !== undefined) throw failed.reason
  }
}

async function call(url: URL, init: RequestInit): Promise<void> {
  let response: Response
  try {
    response = await fetch(url, init)
  } catch (cause) {
    throw new CacheError('E_CDN', `The CDN at ${url.host} could not be reached.`, { cause })
  }
  await response.body?.cancel()
  if (!response.ok) {
    throw new CacheError(
      'E_CDN',
      `The CDN at ${url.host} did not purge: status ${response.status}.`,
    )
  }
}

function* chunks(names: readonly string[], size: number): Generator<readonly string[]> {
  for (let at = 0; at < names.length; at += size) yield names.slice(at, at + size)
}

function text(option: string, given: string): string {
  if (typeof given === 'string' && given !== '') return given
  // Not shown: it may be half a token.
  throw optionError(option, 'a text that is not empty', typeof given)
}

function address(option: string, given: string): string {
  if (typeof given === 'string' && /^https?:/.test(given) && URL.canParse(given)) {
    return option === 'endpoint' ? given.replace(/\/+$/, '') : given
  }
  throw optionError(option, "an address such as 'https://api.example'", given)
}
