import { CacheError } from '../base/errors.ts'
import { wordsOf } from './reads.ts'
import { ASKS_FOR_LESS } from './tracked-request.ts'

/** What views read without making a difference: it is in every key, or such requests never get this far. */
const ALWAYS_KEYED: ReadonlySet<string> = new Set([
  // Requests with it have keys of their own, and only answers that expressly allow it are kept (RFC 9111 §3.5).
  'authorization',
  // Taken from the request while its page is made.
  ...ASKS_FOR_LESS,
  // Such requests go to the view.
  'content-length',
  'if-match',
  'if-unmodified-since',
  'transfer-encoding',
  'upgrade',
])

/** Whether the key has what is read under a name. @param declared options `varyOn`, `varyOnCookie`, `user` */
export function keyedNames(
  declared: readonly string[],
  hostIsKeyed: boolean,
): (name: string) => boolean {
  return (name) => {
    return ALWAYS_KEYED.has(name) || (name === 'host' && hostIsKeyed) || declared.includes(name)
  }
}

/** For `reads: 'throw'`. @returns throws `E_UNDECLARED_READ` for a name that nobody declared */
export function refuseUndeclared(
  isKeyed: (name: string) => boolean,
  names: readonly string[] = [],
): ((name: string) => void) | undefined {
  if (process.env['NODE_ENV'] === 'production') return undefined
  return (name) => {
    if (isKeyed(name) || names.includes(name)) return
    throw new CacheError(
      'E_UNDECLARED_READ',
      `The view read '${wordsOf(name)}', which its page's key does not have: expected it in 'varyOn', 'varyOnCookie' or 'user' of the page cache, or within untracked(...).`,
    )
  }
}
