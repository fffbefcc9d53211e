import { styleNonce } from './style-policy.ts'

/** The head of a response, in whatever way it is held. */
export interface HeadOf {
  readonly method: string
  readonly status: number
  /** Every value of a field; empty when it is absent. */
  readonly all: (name: string) => readonly string[]
}

/** Of the body as it was: those of the page with a panel in it are others. */
export const FIELDS_OF_THE_BODY = [
  'content-length',
  'etag',
  'last-modified',
  'accept-ranges',
  'content-md5',
  'content-digest',
  'repr-digest',
  'expires',
  'surrogate-control',
  'cdn-cache-control',
] as const

/** What a page with a panel in it is stored by: nobody, neither a browser nor a cache around this one. */
export const NOT_STORED = 'private, no-store'

/** @returns the nonce for what is put into the page, maybe empty; `undefined` when nothing is to be put into it */
export function nonceForPage({ all, method, status }: HeadOf): string | undefined {
  if (method === 'HEAD' || status < 200 || status === 204 || status === 206 || status === 304)
    return undefined
  const [type = ''] = all('content-type')
  if (!/^text\/html\s*(?:;|$)/i.test(type)) return undefined
  // In UTF-16 the letters of ASCII are two bytes each.
  if (/charset\s*=\s*"?(?!utf-8|us-ascii|ascii|iso-8859-|windows-125)/i.test(type)) return undefined
  const codings = all('content-encoding').join(',').trim().toLowerCase()
  if (codings !== '' && codings !== 'identity') return undefined
  if (all('content-range').length > 0) return undefined
  return styleNonce(all('content-security-policy'))
}
