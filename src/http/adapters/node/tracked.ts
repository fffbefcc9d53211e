import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Reads } from '../../reads.ts'
import type { TagScope } from '../../tag.ts'
import { MEMBERS, OFTEN_LEFT_OUT, readMember } from '../../tracked-request.ts'
import { memberOf, replace } from './members.ts'
import { narrowParameters } from './parameters.ts'
import { trackStream } from './tracked-stream.ts'

/** What layers before the cache put on a request or on `response.locals`. */
const WATCHED = [...MEMBERS, 'cookies', 'signedCookies']
const ADDRESS = ['remoteAddress', 'remotePort', 'remoteFamily'] as const

type Page = Pick<TagScope, 'reads' | 'userIsKeyed' | 'query'>
type Bag = Record<string, unknown>

/**
 * Lets the page know what its view reads of a request of node:http. The view has the same request object as ever; what is
 * read by layers that the page cache calls itself is to be wrapped in `reads.untracked`.
 *
 * @param bags more objects on which layers put the user, the session and the like
 * @returns ends the tracking, and gives the request its whole query back
 */
export function trackRequest(
  request: IncomingMessage & { originalUrl?: string; protocol?: string; host?: string },
  response: ServerResponse,
  page: Page,
  bags: readonly object[] = [],
): () => void {
  const { reads } = page
  if (reads === undefined) return () => {}
  // What frameworks derive from headers and the socket, and the key has.
  const { protocol, host } = request
  if (protocol !== undefined) replace(request, 'protocol', () => protocol)
  if (host !== undefined) replace(request, 'host', () => host)
  const isHttp2 = request.httpVersionMajor >= 2
  const pseudo = isHttp2 ? trackStream(request, response, reads) : () => {}
  const headers = trackedHeaders(request.headers, page, pseudo)
  replace(request, 'headers', () => headers)
  const { rawHeaders } = request
  replace(request, 'rawHeaders', () => {
    reads.all('every header')
    return rawHeaders
  })
  // Node makes it once, perhaps for a layer outside, and remembers it.
  replace(request, 'headersDistinct', () => {
    reads.all('every header')
    return Reflect.get(
      Object.getPrototypeOf(request) as object,
      'headersDistinct',
      request,
    ) as unknown
  })
  if (!isHttp2) trackAddress(request.socket, page)
  trackMembers(request as unknown as Bag, page)
  const { locals } = response as { locals?: unknown }
  for (const bag of [locals, ...bags])
    if (typeof bag === 'object' && bag !== null) trackMembers(bag as Bag, page)
  const widen = [request, ...bags].map((bag) => narrowParameters(bag, page.query))
  const restore = narrowQuery(request, page.query)
  return () => {
    restore()
    for (const each of widen) each()
  }
}

function trackedHeaders(
  headers: IncomingHttpHeaders,
  page: Page,
  pseudo: (name: string) => void,
): IncomingHttpHeaders {
  return watched(headers, {
    one(name) {
      if (name.startsWith(':')) return pseudo(name)
      // A name with capitals is never there, whatever the request is.
      if (name === name.toLowerCase()) page.reads?.field(name)
    },
    all: () => page.reads?.all('every header'),
  })
}

/** The same object, telling of each name that is looked at, and of its names being listed. */
function watched<T extends object>(object: T, tell: { one(name: string): void; all(): void }): T {
  const seen = (name: string | symbol): void => {
    if (typeof name === 'string') tell.one(name)
  }
  return new Proxy(object, {
    get(target, name) {
      seen(name)
      return Reflect.get(target, name) as unknown
    },
    has(target, name) {
      seen(name)
      return Reflect.has(target, name)
    },
    getOwnPropertyDescriptor(target, name) {
      seen(name)
      return Reflect.getOwnPropertyDescriptor(target, name)
    },
    ownKeys(target) {
      tell.all()
      return Reflect.ownKeys(target)
    },
  })
}

/** Lets the page know what its view reads of the members that layers before the cache have put on `bag`. */
export function trackMembers(bag: Bag, page: Page): void {
  for (const name of WATCHED) {
    const isThere = name in bag
    // That nobody is there is read, too: else the page for nobody would be given to somebody.
    if (!isThere && !(OFTEN_LEFT_OUT.includes(name) && Object.isExtensible(bag))) continue
    const found = memberOf(bag, name)
    if (Object.getOwnPropertyDescriptor(bag, name)?.configurable === false) {
      // It cannot be watched, so it counts as read.
      readMember(name, found.get(), page.reads as Reads, page.userIsKeyed)
      continue
    }
    let cookies: { readonly of: unknown; readonly tracked: unknown } | undefined
    Object.defineProperty(bag, name, {
      configurable: true,
      enumerable: isThere,
      get() {
        const value = found.get()
        if (page.reads?.isCounting !== true) return value
        if (name === 'cookies' || name === 'signedCookies') {
          if (cookies?.of !== value) cookies = { of: value, tracked: trackedCookies(value, page) }
          return cookies?.tracked
        }
        readMember(name, value, page.reads, page.userIsKeyed)
        return value
      },
      set(value: unknown) {
        if (isThere) found.set(value)
        else {
          // A layer inside has found it out, by what it read of the request.
          const plain = { configurable: true, enumerable: true, writable: true, value }
          Object.defineProperty(bag, name, plain)
        }
      },
    })
  }
}

function trackedCookies(cookies: unknown, page: Page): unknown {
  if (typeof cookies !== 'object' || cookies === null) return cookies
  // Koa's are a jar with methods, which reads the header itself. Parsers give objects without a prototype, too.
  const prototype = Object.getPrototypeOf(cookies) as object | null
  if (prototype !== null && 'get' in prototype) return cookies
  return watched(cookies, {
    one: (name) => page.reads?.cookie(name),
    all: () => page.reads?.field('cookie'),
  })
}

const pages = new WeakMap<Socket, Set<Page>>()

/** One connection serves many requests, also before earlier ones are answered: what is read of it is read by all of them. */
function trackAddress(socket: Socket, page: Page): void {
  const known = pages.get(socket)
  if (known !== undefined) {
    for (const other of known) if (other.reads?.hasEnded === true) known.delete(other)
    known.add(page)
    return
  }
  const open = new Set([page])
  pages.set(socket, open)
  for (const name of ADDRESS) {
    replace(socket, name, () => {
      for (const each of open) each.reads?.all('the client’s address')
      return Reflect.get(Object.getPrototypeOf(socket) as object, name, socket) as unknown
    })
  }
}

/** What the key does not have, the view does not see; layers around it get it back. */
function narrowQuery(
  request: IncomingMessage & { originalUrl?: string },
  query: string | undefined,
): () => void {
  if (query === undefined) return () => {}
  const { url, originalUrl } = request
  const narrowed = (whole: string): string => (whole.split('?', 1)[0] as string) + query
  if (url !== undefined) request.url = narrowed(url)
  if (originalUrl !== undefined) request.originalUrl = narrowed(originalUrl)
  return () => {
    if (url !== undefined) request.url = url
    if (originalUrl !== undefined) request.originalUrl = originalUrl
  }
}
