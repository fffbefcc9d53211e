import type { TagScope } from '../../tag.ts'
import { MEMBERS, OFTEN_LEFT_OUT, readMember } from '../../tracked-request.ts'

interface Watched {
  get: (name: never) => unknown
  env: unknown
}

/** Where platforms put the connection, or the request as it came. */
const OF_THE_CONNECTION: readonly string[] = [
  'incoming',
  'server',
  'remoteAddr',
  'requestIP',
  'requestContext',
  'event',
]

/**
 * Lets the page know what its view reads of Hono's context besides the request: what layers have set (`c.get`, `c.var`), and
 * the platform's own request.
 *
 * @returns ends it
 */
export function trackContext(
  c: Watched,
  page: Pick<TagScope, 'reads' | 'userIsKeyed'> | undefined,
): () => void {
  const { reads, userIsKeyed } = page ?? {}
  if (reads === undefined) return () => {}
  const { env, get } = c
  const known = new Set(MEMBERS.filter((name) => get(name as never) !== undefined))
  const see = (name: string, value: unknown): void => {
    // What a layer inside has set, it found out by what it read of the request.
    const isMissing = value === undefined && OFTEN_LEFT_OUT.includes(name)
    if (known.has(name) || isMissing) readMember(name, value, reads, userIsKeyed === true)
  }
  c.get = (name: never) => {
    const value = get(name)
    see(name, value)
    return value
  }
  Object.defineProperty(c, 'var', {
    configurable: true,
    get() {
      const set = Reflect.get(Object.getPrototypeOf(c) as object, 'var', c) as object
      return new Proxy(set, { get: (_, name) => c.get(name as never) })
    },
  })
  c.env = trackedEnvironment(env, () => reads.all('the client’s address'))
  return () => {
    c.get = get
    c.env = env
    Reflect.deleteProperty(c, 'var')
  }
}

function trackedEnvironment(env: unknown, tell: () => void): unknown {
  if (typeof env !== 'object' || env === null) return env
  return new Proxy(env, {
    get(target, name) {
      const value = Reflect.get(target, name) as unknown
      if (!OF_THE_CONNECTION.includes(String(name))) return value
      tell()
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
  })
}
