import { asksAgain, keeps, kept, makes, notKept } from '../idioms.ts'
import { notOurs, type Section } from '../requirement.ts'

const MINUTE = { 'Cache-Control': 'max-age=60' }

export const keys: Section = {
  title: 'RFC 9111 §2: keys',
  requirements: [
    {
      id: '2-uri',
      level: 'MUST',
      says: 'The key has the whole URI: another host, path or query is another page, also where only case, escapes or a lone `?` differ.',
      plays: [
        notKept(MINUTE, { target: '/p?a=1' }, { target: '/p?a=2' }),
        notKept(MINUTE, { target: '/p?a=1&b=2' }, { target: '/p?b=2&a=1' }),
        notKept(MINUTE, { target: '/p' }, { target: '/p?' }),
        notKept(MINUTE, { target: '/p' }, { target: '/P' }),
        notKept(MINUTE, { target: '/p' }, { target: '/p/' }),
        notKept(MINUTE, { target: '/%70' }, { target: '/p' }),
        notKept(MINUTE, {}, { fields: { Host: 'other.test' } }),
        notKept(MINUTE, {}, { fields: { Host: 'site.test:8080' } }),
        kept(MINUTE, { target: '/p?a=1' }),
      ],
    },
    {
      id: '2-host',
      level: 'policy',
      says: 'So is a host that is written in another case.',
      plays: [notKept(MINUTE, {}, { fields: { Host: 'SITE.test' } })],
      why: 'It is the same host (RFC 9110 §4.2.3), but a view can see how it was written, and may show it.',
    },
    {
      id: '2-method',
      level: 'MUST',
      says: 'The key has the method: what answered GET answers no other method but HEAD.',
      plays: ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'M-SEARCH'].map((method) => {
        return notKept(MINUTE, {}, { method })
      }),
    },
  ],
}

export const storing: Section = {
  title: 'RFC 9111 §3: storing responses',
  requirements: [
    {
      id: '3-method',
      level: 'MUST NOT',
      says: 'Nothing is kept whose method is not understood; only answers to GET are.',
      plays: ['HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'M-SEARCH'].map((method) => {
        return notKept({ fields: MINUTE }, { method }, {})
      }),
      why: 'RFC 9110 §9.3.3 would let an answer to POST be kept for later GETs. No browser expects it, and a form is one visitor’s.',
    },
    {
      id: '3-final',
      level: 'MUST NOT',
      says: 'An interim response (1xx) is not kept, nor are its fields.',
      plays: [
        (stage) => [
          stage.client('a').asks('/p'),
          stage.view.hints({ Link: '</a.css>; rel=preload', 'X-Hint': '1' }),
          stage.view.answers({ fields: MINUTE }),
          stage.client('a').gets({ status: 200 }),
          ...keeps(stage, { fields: { link: undefined, 'x-hint': undefined } }),
        ],
      ],
    },
    {
      id: '3-understood',
      level: 'MUST NOT',
      says: 'Nothing is kept whose status is not understood, whatever it says.',
      plays: [299, 399, 499, 599].map((status) => notKept({ status, fields: MINUTE })),
    },
    {
      id: '3-statuses',
      level: 'MAY',
      says: 'Redirects, choices, missing pages, 203 and 204 are kept for as long as they say.',
      plays: [
        ...[203, 300, 301, 302, 303, 307, 308, 404, 410].map((status) => {
          return kept({ status, fields: MINUTE })
        }),
        (stage) => [
          ...makes(stage, { status: 204, fields: MINUTE }),
          ...keeps(stage, { status: 204, body: '', fields: { 'content-length': undefined } }),
        ],
      ],
    },
    {
      id: '3-statuses-stale',
      level: 'MUST NOT',
      says: 'A page of such a status is not used after its time.',
      plays: [203, 204, 300, 301, 302, 303, 307, 308, 404, 410].map((status) => (stage) => [
        ...makes(stage, { status, fields: MINUTE }),
        stage.time.passes('60s'),
        ...asksAgain(stage, {}, { status: 200 }),
      ]),
    },
    {
      id: '3-statuses-others',
      level: 'policy',
      says: 'Answers to one request, faults of clients and broken views are never kept.',
      plays: [
        201, 202, 205, 206, 400, 401, 403, 405, 412, 414, 416, 429, 500, 501, 502, 503, 504,
      ].map((status) => notKept({ status, fields: { 'Cache-Control': 'public, max-age=60' } })),
      why: 'RFC 9111 would allow them with explicit freshness. An error that stays is an outage, and 206 has been served as the page.',
    },
    {
      id: '3-no-store',
      level: 'MUST NOT',
      says: 'A response with `no-store` is not kept.',
      plays: [
        notKept({ 'Cache-Control': 'no-store' }),
        notKept({ 'Cache-Control': 'max-age=60, no-store' }),
        notKept({ 'Cache-Control': ['max-age=60', 'no-store'] }),
        notKept({
          'Cache-Control': 'no-store, s-maxage=60',
          Expires: 'Fri, 01 Jan 2027 00:00:00 GMT',
        }),
      ],
    },
    {
      id: '3-private',
      level: 'MUST NOT',
      says: 'A shared cache does not keep a response with `private`.',
      plays: [
        notKept({ 'Cache-Control': 'private, max-age=60' }),
        notKept({ 'Cache-Control': 'private, s-maxage=60, public' }),
      ],
    },
    {
      id: '3-explicit',
      level: 'MUST NOT',
      says: 'A response is kept only with freshness or a permission that it states; `public` alone says no time.',
      plays: [
        notKept({}),
        notKept({ 'Last-Modified': 'Thu, 01 Jan 2015 00:00:00 GMT' }),
        notKept({ ETag: '"a"' }),
        notKept({ 'Cache-Control': 'public' }),
        kept({ 'Cache-Control': 'max-age=60' }),
        kept({ 'Cache-Control': 's-maxage=60' }),
        kept({ Expires: 'Fri, 01 Jan 2027 00:00:00 GMT' }),
      ],
      why: 'With a ttl of its own, `pageCache(cache, "60s")` keeps 200 responses that say nothing: RFC 9111 §4.2.2 leaves that to the cache, and here it is configured by the view’s author.',
    },
    {
      id: '3-set-cookie',
      level: 'policy',
      says: 'A response that sets a cookie is not kept, whatever its freshness (§7.3 warns of it).',
      plays: [
        notKept({ ...MINUTE, 'Set-Cookie': 'session=1' }),
        notKept({ 'Cache-Control': 'public, s-maxage=60', 'Set-Cookie': 'session=1' }),
        notKept({ ...MINUTE, 'Set-Cookie2': 'session=1' }),
      ],
      why: 'RFC 9111 would allow it. A session handed to the next visitor is the worst that a cache can do.',
    },
    {
      id: '3-cookie',
      level: 'MAY',
      says: 'A page is used for a request with cookies, if it does not vary on them.',
      plays: [kept(MINUTE, {}, { fields: { Cookie: 'a=b' } })],
    },
  ],
}

export const incomplete: Section = {
  title: 'RFC 9111 §3.3 and §3.4: incomplete responses',
  requirements: [
    {
      id: '3.3-cut',
      level: 'MUST NOT',
      says: 'A response that ended too early is not kept as a whole one.',
      plays: [
        // Chunked, and without its last chunk.
        (stage) => [
          stage.client('a').asks('/p'),
          stage.view.begins({ fields: MINUTE, body: 'pa' }),
          stage.client('a').has('pa'),
          stage.view.breaks(),
          stage.client('a').isCutOff(),
          ...asksAgain(stage),
        ],
        // Shorter than its Content-Length.
        (stage) => [
          stage.client('a').asks('/p'),
          stage.view.begins({ fields: { ...MINUTE, 'Content-Length': '6' }, body: 'pa' }),
          stage.client('a').has('pa'),
          stage.view.breaks(),
          stage.client('a').isCutOff(),
          ...asksAgain(stage),
        ],
      ],
    },
    {
      id: '3.3-length',
      level: 'MUST',
      says: 'A page is as long as its Content-Length, whatever follows.',
      plays: [
        (stage) => [
          stage.client('a').asks('/p'),
          stage.view.answers({
            fields: { ...MINUTE, 'Content-Length': '4' },
            body: 'page and more',
          }),
          stage.client('a').gets({ status: 200, body: 'page', fields: { 'content-length': '4' } }),
          ...keeps(stage, { body: 'page', fields: { 'content-length': '4' } }),
        ],
      ],
    },
    {
      id: '3.3-client-left',
      level: 'policy',
      says: 'A page whose first visitor leaves is not kept half, and one that waits for it gets a whole one.',
      plays: [
        (stage) => [
          stage.client('a').asks('/p'),
          stage.view.begins({ fields: MINUTE, body: 'page' }),
          stage.client('a').has('page'),
          stage.client('b').asks('/p'),
          stage.store.isAsked(2),
          stage.client('a').leaves(),
          stage.view.receives(),
          stage.view.ends(),
          stage.view.answers({ fields: MINUTE, body: 'page again' }),
          stage.client('b').gets({ status: 200, body: 'page again' }),
        ],
      ],
      why: 'The view’s body is stopped with its reader; who waits runs the view for itself.',
    },
    {
      id: '3.3-partial-marked',
      level: 'MUST NOT',
      says: 'A part is never sent as the whole: a 206 is not kept for a request without Range.',
      plays: [
        notKept(
          { status: 206, fields: { ...MINUTE, 'Content-Range': 'bytes 0-3/10' }, body: 'page' },
          { fields: { Range: 'bytes=0-3' } },
          {},
        ),
        // A view that cuts out a part and forgets to say so.
        notKept({ ...MINUTE, 'Content-Range': 'bytes 0-3/10' }),
      ],
    },
    notOurs(
      '3.4-combine',
      'MAY',
      'Parts with the same strong validator may be joined.',
      'Parts are never kept: a view at the origin gives the whole, from which ranges are cut.',
    ),
  ],
}

export const authorization: Section = {
  title: 'RFC 9111 §3.5: requests with Authorization',
  requirements: [
    {
      id: '3.5-refuse',
      level: 'MUST NOT',
      says: 'A response to a request with Authorization is used for no other request, unless it says `public`, `s-maxage` or `must-revalidate`.',
      plays: [
        notKept(MINUTE, { fields: { Authorization: 'Bearer a' } }),
        notKept(MINUTE, { fields: { Authorization: 'Bearer a' } }, {}),
        notKept(
          MINUTE,
          { fields: { Authorization: 'Bearer a' } },
          { fields: { Authorization: 'Bearer b' } },
        ),
        notKept(
          { Expires: 'Fri, 01 Jan 2027 00:00:00 GMT' },
          { fields: { Authorization: 'Bearer a' } },
          {},
        ),
      ],
    },
    {
      id: '3.5-allow',
      level: 'MAY',
      says: 'With one of them it is kept for all who send Authorization.',
      plays: ['public, max-age=60', 's-maxage=60', 'max-age=60, must-revalidate'].map((control) => {
        return kept(
          { 'Cache-Control': control },
          { fields: { Authorization: 'Bearer a' } },
          { fields: { Authorization: 'Bearer b' } },
        )
      }),
    },
    {
      id: '3.5-apart',
      level: 'policy',
      says: 'Requests with Authorization and those without never share a page.',
      plays: [
        notKept(
          { 'Cache-Control': 'public, max-age=60' },
          { fields: { Authorization: 'Bearer a' } },
          {},
        ),
        notKept(
          { 'Cache-Control': 'public, max-age=60' },
          {},
          { fields: { Authorization: 'Bearer a' } },
        ),
      ],
      why: 'RFC 9111 would let them share what says `public`. Views that greet whoever is signed in, and say `public` by habit, are common.',
    },
  ],
}
