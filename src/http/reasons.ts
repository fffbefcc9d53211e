// Why a page was not kept, not looked up or not served: every reason that the cache can give, in one place, with what it
// means and what to do. A reason without words does not compile; docs/http/explain.md shows this table, and a test holds
// the two together.

/** What a reason means to whoever wonders about a page. */
export interface Words {
  /** One sentence. */
  readonly why: string
  /** What to do if the page should be kept. */
  readonly remedy: string
}

/** Of responses, by their head. */
const OF_HEADS = {
  'set-cookie': {
    why: 'The response sets a cookie, which would be given to every visitor.',
    remedy:
      'Set the cookie on a response of its own, or only when it changes; sessions that are written on every request often have an option for that.',
  },
  'no-store': {
    why: 'The view said `no-store`.',
    remedy:
      'Leave it out of Cache-Control, or say `Breakwater-Cache-Control: max-age=…` beside it, which only this cache hears. Some frameworks add it by default.',
  },
  private: {
    why: 'The view said `private`: the page is one visitor’s.',
    remedy: 'Leave it out, or give option `user`, so that every user has pages of their own.',
  },
  'no-cache': {
    why: 'The view said `no-cache`, in Cache-Control or Pragma, and gave no validator to ask it by.',
    remedy: 'Say how long the page may be used, such as `max-age=60`, or give the page an ETag.',
  },
  'odd cache-control': {
    why: 'Cache-Control cannot be read for certain, and a part of it seems to restrict.',
    remedy: 'Write it with `cacheControl({...})`.',
  },
  'vary *': {
    why: 'The response says `Vary: *`, or names there that are none, or more than 32.',
    remedy: 'Name the request headers that the page depends on.',
  },
  'partial content': {
    why: 'The response has a Content-Range: it is a part of the page.',
    remedy: 'Answer with the whole page.',
  },
  'event stream': {
    why: 'An event stream ends when its reader leaves.',
    remedy: 'Leave the page cache off this route.',
  },
  'no lifetime': {
    why: 'The page is stale as soon as it is made: `max-age=0`, an `Expires` that is past or none, an `Age` beyond its life, or a ttl of 0.',
    remedy: 'Give a life of at least a second, by the view or as the ttl of `cachePage`.',
  },
  'odd content-length': {
    why: 'The response has several values of Content-Length, or one that is no number.',
    remedy: 'Let the framework write it.',
  },
} as const satisfies Record<string, Words>

/** Of bodies, and of views that did not come to an end. */
const OF_BODIES = {
  'too large': {
    why: 'The page is longer than `maxBodyBytes`.',
    remedy: 'Raise option `maxBodyBytes`, or make the page smaller.',
  },
  'too slow': {
    why: 'The page did not end within `wait` after its head.',
    remedy: 'Raise option `wait`, or make the page faster.',
  },
  'content-length differs': {
    why: 'The body had more or fewer bytes than Content-Length said.',
    remedy: 'Look for what breaks the response off, or let the framework write the length.',
  },
  'the view failed': {
    why: 'The view threw, or its promise was rejected.',
    remedy: 'See the application’s log.',
  },
  failed: {
    why: 'The response had failed before its head was written.',
    remedy: 'See the application’s log.',
  },
  'its client left': {
    why: 'The client closed the connection before the page had ended.',
    remedy: 'Nothing: the next request makes the page.',
  },
  'its body failed': {
    why: 'The stream of the body broke off.',
    remedy: 'See what the stream reads from.',
  },
  'its body was read': {
    why: 'Somebody had read the body before the cache saw it.',
    remedy: 'Read a clone of the response: `response.clone()`.',
  },
  'its body is not bytes': {
    why: 'The body’s stream holds something else than bytes.',
    remedy: 'Encode text before it is written to the stream.',
  },
  'it was written past h3': {
    why: 'The view answered on the server’s own response.',
    remedy: 'Return the page.',
  },
  'h3 does not say what it sends': {
    why: 'This version of h3 makes responses in a way that the cache does not know.',
    remedy: 'Return a `Response`.',
  },
  'no route': { why: 'No route has matched.', remedy: 'Nothing.' },
  'it had no head': {
    why: 'The response ended without a head.',
    remedy: 'Look for a layer that writes past the framework.',
  },
  'it has no body': {
    why: 'The view gave no body, and the framework writes one of its own.',
    remedy: 'Set `ctx.body` on Koa; return something on h3.',
  },
  'hole in no markup': {
    why: 'A hole was rendered into a response that is not HTML, XML or plain text in UTF-8.',
    remedy: 'Give the response its type, or render no hole into it.',
  },
  'hole changed': {
    why: 'Something has changed what stands for a hole in the page.',
    remedy:
      'Leave cutting, minifying and the like to the hole itself, or to a layer around the cache.',
  },
  'it was written past Koa': {
    why: 'The view answered through `ctx.res` or set `ctx.respond = false`.',
    remedy: 'Answer through `ctx.body`.',
  },
} as const satisfies Record<string, Words>

/** Of what a page depends on. */
const OF_READS = {
  'vary grew': {
    why: 'The page depends on more of the request than was known of its address; it is known now, and later requests fill by it.',
    remedy:
      'Nothing, if it happens once. If each visitor has a variant of their own, read what the page does not show within `untracked(...)`, and single cookies rather than the whole header.',
  },
  'varies on too much': {
    why: 'The page depends on more than 32 headers and cookies.',
    remedy: 'Read fewer of them, or within `untracked(...)` what the page does not show.',
  },
  'vary changed on the way out': {
    why: 'A layer outside the cache added names to Vary that the stored page does not have.',
    remedy: 'Put that layer inside of the cache, or name its headers in `varyOn`.',
  },
  'search changed': {
    why: 'The page no longer says of its query what the key was made by: No-Vary-Search has changed.',
    remedy: 'Nothing, if it happens once. Let all pages of a path say the same.',
  },
  'it is another variant': {
    why: 'The store called for another variant of the page than this request asks for.',
    remedy: 'Nothing: the next request for that variant makes it.',
  },
  '304 for other fields': {
    why: 'The view answered 304, and that depends on what the page was not selected by.',
    remedy: 'Let the 304 say the same Vary as the page, and read the same of the request.',
  },
  '304 for another page': {
    why: 'The view answered 304 with another entity tag, date or place than it was asked by.',
    remedy: 'Let the view compare If-None-Match with the tag of the page that it would send.',
  },
  'user changed': {
    why: 'Somebody logged in or out while the page was made.',
    remedy: 'Nothing: the next request makes the page.',
  },
} as const satisfies Record<string, Words>

/** Of requests that the cache keeps out of. */
const OF_REQUESTS = {
  target: {
    why: 'The request names no host, or its target is no path.',
    remedy: 'Nothing: no browser sends this.',
  },
  host: {
    why: 'The request asks for a host that is not in `hosts` or `baseUrl`.',
    remedy: 'Add it to option `hosts`, if it is yours.',
  },
  'request body': {
    why: 'A GET with a body may be answered by what the body says.',
    remedy: 'Ask by query, or by POST.',
  },
  upgrade: { why: 'The request asks for another protocol.', remedy: 'Nothing.' },
  'if-match': {
    why: 'The request has If-Match, which speaks of the page as it is now.',
    remedy: 'Nothing: it is meant for writes.',
  },
  'if-unmodified-since': {
    why: 'The request has If-Unmodified-Since, which speaks of the page as it is now.',
    remedy: 'Nothing: it is meant for writes.',
  },
  when: {
    why: 'Option `when` answered false for this request.',
    remedy: 'See what it decides by.',
  },
  authorization: {
    why: 'The request has Authorization, and the answer does not say that others may have it, or `anonymousOnly` is on.',
    remedy:
      'If the page is the same for everybody, say `public` or `s-maxage`; if it is one user’s, give option `user`.',
  },
  'never cache': {
    why: '`neverCache()` stands at this route.',
    remedy: 'Take it away there.',
  },
  except: {
    why: 'The path is among `except` of `siteCache`.',
    remedy: 'Take it out of that list.',
  },
  'cached by its route': {
    why: 'A `cachePage` of the route keeps the page, by its own options; this one is `siteCache`.',
    remedy: 'Nothing: ask `explain` of the route’s own cache.',
  },
  'made around': {
    why: 'The page is being made around this very request, which would wait for itself.',
    remedy: 'Do not ask for a page from within its own view.',
  },
  'signed in': {
    why: '`anonymousOnly` is on, and option `user` names somebody.',
    remedy: 'Leave `anonymousOnly` off to keep pages by user.',
  },
} as const satisfies Record<string, Words>

/** Of the cache itself. */
const OF_THE_CACHE = {
  'option failed': {
    why: 'A function among the options threw or answered something that cannot be.',
    remedy: 'See what was told to `onError`.',
  },
  'store slow': {
    why: 'The store, or another request that makes this page, did not answer within `wait`.',
    remedy: 'See whether the store is well and the view fast; raise option `wait`.',
  },
  'store failed': {
    why: 'The store rejected the call.',
    remedy: 'See what was told to `onError`.',
  },
  'hole unknown': {
    why: 'A hole of the page has no renderer here, or another template than when the page was kept; the page was removed.',
    remedy:
      'Nothing, if it happens once after a deploy. Give every process the same option `holes`.',
  },
  'hole failed': {
    why: 'A hole of the page failed to render, so the view has answered.',
    remedy: 'See what was told to `onError`.',
  },
  unreadable: {
    why: 'What lay under the key was no page of this version; it was removed.',
    remedy: 'Nothing: it happens after an update, and when others write to the same prefix.',
  },
  stale: {
    why: 'The page is past its life, must not be served stale, and another request is making it.',
    remedy:
      'Leave out `must-revalidate`, `proxy-revalidate` and `s-maxage`, and give option `stale`.',
  },
  'its request went on': {
    why: 'The store called for the page when its request had been answered otherwise.',
    remedy: 'Nothing.',
  },
} as const satisfies Record<string, Words>

const WHOLE = { ...OF_HEADS, ...OF_BODIES, ...OF_READS, ...OF_REQUESTS, ...OF_THE_CACHE } as const

/** Reasons that go on with a word of their own. */
const BEGUN = {
  status: {
    why: 'The response has another status than 200, and either none that is ever kept or no lifetime of its own.',
    remedy:
      'Of 203, 301, 302, 307, 308, 404 and 410 the view must say for how long, such as `max-age=60`; others are never kept.',
  },
  read: {
    why: 'The view read of its request what no key can hold: all headers at once, the client’s address, or the user where option `user` does not tell users apart.',
    remedy:
      'Read single headers; give option `user`; read within `untracked(...)` what the page does not show.',
  },
  shows: {
    why: 'The page shows what is one visitor’s or one request’s own.',
    remedy:
      'Put it into a hole, and give option `holes`; or say `neverCache()` or `Cache-Control: private` where the page is made.',
  },
  undeclared: {
    why: 'Under `reads: "strict"` or `"throw"` the view read what neither the options nor its Vary name.',
    remedy: 'Name it in `varyOn` or `varyOnCookie`, or read it within `untracked(...)`.',
  },
} as const satisfies Record<string, Words>

/** Every reason there is, as it stands in Cache-Status, in events and in counts. */
export type Reason =
  | keyof typeof WHOLE
  | `status ${number}`
  | `read ${string}`
  | `shows ${string}`
  | `undeclared ${string}`

/** All words, under the whole reason or, with `…`, under what it begins with. */
export const REASONS: ReadonlyMap<string, Words> = new Map<string, Words>([
  ...Object.entries(WHOLE),
  ...Object.entries(BEGUN).map(([name, words]) => [`${name} …`, words] as const),
])

/** The words of a reason; a general word for one of another version, which may lie in the store. */
export function wordsOf(reason: string): Words {
  const whole = REASONS.get(reason)
  if (whole !== undefined) return whole
  const [, head, rest] = /^(\S+) (.+)$/s.exec(reason) ?? []
  const begun = REASONS.get(`${head} …`)
  if (begun !== undefined) return { ...begun, why: `${begun.why.slice(0, -1)} (${rest}).` }
  return {
    why: 'A reason that this version does not know.',
    remedy: 'See the documentation of the version that wrote it.',
  }
}
