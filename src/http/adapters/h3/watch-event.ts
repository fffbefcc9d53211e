// What a view reads of an h3 event while its page is made.
//
// An event cannot be replaced, and a request of srvx's is known to more than the event, such as an async context. So the
// objects stay the same, and what can be read of them is watched until the page is made; then they are as before. The
// platform's own requests have inner slots that cannot be watched, so of those the event gets a copy without them.
import { Reads } from '../../reads.ts'
import type { FieldList } from '../../rules/fields.ts'
import type { TagScope } from '../../tag.ts'
import { readMember, TrackedHeaders } from '../../tracked-request.ts'
import { askingForAll } from '../../web-handler.ts'
import { memberOf } from '../node/members.ts'
import { trackMembers } from '../node/tracked.ts'
import type { H3Event, H3Request } from './event.ts'

type Bag = Record<string, unknown>
type Page = Pick<TagScope, 'query' | 'userIsKeyed'> & { readonly reads: Reads }

/**
 * Lets the page know what its view reads of the event, hides from the view what asks for less than the whole.
 *
 * @param asks what the view is asked by instead
 * @returns takes that away again, for layers outside; `undefined` when the view was not asked
 */
export function watchEvent(
  event: H3Event,
  page: TagScope | undefined,
  asks: FieldList,
): (() => void) | undefined {
  // Where nothing is made for others, the view is still asked by what it is to be asked by.
  const reads = page?.reads ?? new Reads()
  const { query, userIsKeyed = true } = page ?? {}
  try {
    const headers = watch(event, { reads, query, userIsKeyed }, asks)
    return () => {
      for (let index = 0; index < asks.length; index += 2) headers.delete(asks[index] as string)
      if (reads !== page?.reads) reads.end()
    }
  } catch {
    // Something is frozen.
    reads.all('an event that cannot be watched')
    return undefined
  }
}

/** @returns the fields that the view sees */
function watch(event: H3Event, page: Page, asks: FieldList): Headers {
  const { reads } = page
  const source = event.req
  const asked = '_request' in source ? source : copyOf(source, asks)
  if (asked !== source) overlay(event, 'req', reads, () => asked)
  else watchHeaders(asked, reads, asks)
  const escapes: readonly (readonly [on: object, name: string, what: string])[] = [
    [asked, '_request', 'the whole request'],
    [asked, 'ip', 'the client’s address'],
    [event.context, 'clientAddress', 'the client’s address'],
    // The sessions that a layer has opened; what chose them may be a cookie or any header.
    [event.context, 'sessions', 'the session'],
  ]
  for (const [on, name, what] of escapes) {
    if (name in on) overlay(on, name, reads, (own) => (reads.all(what), own()))
  }
  watchRuntime(asked, reads)
  narrowQuery(event.url, asked, page)
  if ('basicAuth' in event.context) {
    overlay(event.context, 'basicAuth', reads, (own) => {
      const user = own()
      readMember('user', user, reads, page.userIsKeyed)
      return user
    })
  }
  for (const bag of [event, asked, event.context]) trackMembers(bag as Bag, page)
  return asked.headers
}

function copyOf(source: H3Request, asks: FieldList): H3Request {
  const copy = askingForAll(source, asks) as H3Request
  // h3 writes it to every request that it makes an event of.
  const { context } = source
  Object.defineProperty(copy, 'context', { ...DATA, value: context })
  return copy
}

const DATA = { configurable: true, enumerable: true, writable: true }

function watchHeaders(request: H3Request, reads: Reads, asks: FieldList): void {
  const headers = new TrackedHeaders(request.headers, reads, asks)
  overlay(request, 'headers', reads, () => headers)
}

/** What the server knows of the request besides: the requests and responses of node:http, the socket, the platform's. */
function watchRuntime(request: H3Request, reads: Reads): void {
  const { runtime } = request as { runtime?: object }
  if (runtime === undefined) return
  const watched = {}
  for (const name of Object.keys(runtime)) {
    Object.defineProperty(watched, name, {
      configurable: true,
      enumerable: true,
      get() {
        if (name !== 'name') reads.all('the raw request')
        return (runtime as Bag)[name]
      },
    })
  }
  overlay(request, 'runtime', reads, () => watched)
}

/** What the key does not have, the view does not see. */
function narrowQuery(url: URL, request: H3Request, { query, reads }: Page): void {
  if (query === undefined) return
  const narrowed = (href: string): string => {
    const [address = '', hash] = href.split('#', 2)
    const path = address.split('?', 1)[0] as string
    return path + query + (hash === undefined ? '' : `#${hash}`)
  }
  overlay(request, 'url', reads, (own) => narrowed(own() as string))
  const href = memberOf(url, 'href')
  const text = (): string => narrowed(href.get() as string)
  overlay(url, 'href', reads, text)
  overlay(url, 'search', reads, () => (query === '?' ? '' : query))
  overlay(url, 'searchParams', reads, () => new URLSearchParams(query))
  for (const name of ['toString', 'toJSON']) {
    overlay(url, name, reads, (own) => (reads.hasEnded ? (own() as () => string).bind(url) : text))
  }
}

/**
 * Puts a getter before a member, which gives what it always did once the page is made. What is written stays written.
 *
 * @param give is given the way to what the member is by itself
 */
function overlay(
  on: object,
  name: string,
  reads: Reads,
  give: (own: () => unknown) => unknown,
): void {
  const member = memberOf(on, name)
  let replaced = false
  Object.defineProperty(on, name, {
    configurable: true,
    enumerable: true,
    get: () => (replaced || reads.hasEnded ? member.get() : give(() => member.get())),
    set(value: unknown) {
      replaced = true
      member.set(value)
    },
  })
}
