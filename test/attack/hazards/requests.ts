import { ALICE, type Ask, type Attack, BOB, type Hazard, MALLORY } from '../attack.ts'
import { byField, personal, secretly, showing, signedInAsks } from '../asking.ts'

const PAGE = 'x'.repeat(40)
const whole: Attack['view'] = () => ({ fields: [['Content-Type', 'text/plain']], body: PAGE })
const honest: Ask = { as: ALICE }

export const methods: Hazard = {
  title: 'methods and bodies',
  harm: 'an empty, a posted or a refused answer is kept for those who get the page',
  attacks: [
    {
      name: 'HEAD comes first',
      view: whole,
      asks: [{ as: MALLORY, method: 'HEAD' }, honest, { as: BOB, method: 'HEAD' }],
      exact: true,
    },
    ...['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'].map((method) => ({
      name: `${method} at the address of a page`,
      view: showing((call) => call.method),
      asks: [{ as: MALLORY, method, headers: [['Content-Length', '0']] }, honest] satisfies Ask[],
      exact: true,
    })),
    {
      name: 'a method that nobody knows',
      view: showing((call) => call.method),
      asks: [{ as: MALLORY, method: 'BREW' }, { as: MALLORY, method: 'get' }, honest],
      exact: true,
      provoked: true,
    },
    ...['X-HTTP-Method-Override', 'X-Method-Override', 'X-HTTP-Method'].map((name) => ({
      name: `${name}: HEAD`,
      view: (call) => {
        const isHead = secretly(call, 'x-who') !== 'nothing' && call.header(name) === 'HEAD'
        return { body: isHead ? '' : PAGE }
      },
      asks: [
        {
          as: MALLORY,
          headers: [
            [name, 'HEAD'],
            ['X-Who', MALLORY],
          ],
        },
        honest,
      ],
      exact: true,
      provoked: true,
    }) satisfies Attack),
    {
      name: 'GET with a body, which the view may read',
      view: (call) => ({ body: `asked for ${secretly(call, 'x-who')}` }),
      asks: [
        { as: MALLORY, headers: [['Content-Length', '4'], ['X-Who', MALLORY]], body: 'evil' },
        honest,
      ],
    },
    {
      name: 'GET with a body in chunks',
      view: (call) => ({ body: `asked for ${secretly(call, 'x-who')}` }),
      asks: [
        {
          as: MALLORY,
          headers: [
            ['Transfer-Encoding', 'chunked'],
            ['X-Who', MALLORY],
          ],
          body: '4\r\nevil\r\n0\r\n\r\n',
        },
        honest,
      ],
    },
    {
      name: 'two lengths that differ, to smuggle a request',
      view: whole,
      asks: [
        {
          as: MALLORY,
          headers: [
            ['Content-Length', '0'],
            ['Content-Length', '44'],
          ],
          body: 'GET /plain/evil HTTP/1.1\r\nHost: site.test\r\n\r\n',
        },
        honest,
      ],
      exact: true,
    },
    {
      name: 'a length and chunks, to smuggle a request',
      view: whole,
      asks: [
        {
          as: MALLORY,
          headers: [
            ['Content-Length', '4'],
            ['Transfer-Encoding', 'chunked'],
          ],
          body: '0\r\n\r\nGET /plain/evil HTTP/1.1\r\nHost: site.test\r\n\r\n',
        },
        honest,
      ],
      exact: true,
    },
    {
      name: 'an upgrade that the view refuses',
      view: (call) => {
        return secretly(call, 'x-who') === 'nothing' ? { body: PAGE } : { body: 'no upgrade here' }
      },
      asks: [
        {
          as: MALLORY,
          headers: [
            ['X-Who', MALLORY],
            ['Upgrade', 'h2c'],
          ],
        },
        honest,
      ],
      exact: true,
      provoked: true,
    },
  ],
}

/** Answers a range by hand, as file servers do. */
const ranging: Attack['view'] = (call) => {
  const range = /^bytes=(\d+)-(\d+)$/.exec(call.header('range') ?? '')
  if (range === null) return { fields: [['Accept-Ranges', 'bytes']], body: PAGE }
  const [from, to] = [Number(range[1]), Number(range[2])]
  return {
    status: 206,
    fields: [['Content-Range', `bytes ${from}-${to}/${PAGE.length}`]],
    body: PAGE.slice(from, to + 1),
  }
}

const range = (value: string, ...more: (readonly [string, string])[]): Ask => {
  return { as: MALLORY, headers: [['Range', value], ...more] }
}

export const ranges: Hazard = {
  title: 'ranges',
  harm: 'a part of a page is kept and given as the whole',
  attacks: [
    {
      name: 'a range comes first',
      view: (call) => (secretly(call, 'range') === 'nothing' ? { body: PAGE } : ranging(call)),
      asks: [range('bytes=0-3'), honest],
      exact: true,
      provoked: true,
    },
    ...(
      [
        ['206 without being asked', 206, [['Content-Range', 'bytes 0-9/40']]],
        ['206 without its range', 206, []],
        ['a range that is called 200', 200, [['Content-Range', 'bytes 0-9/40']]],
        ['parts of a multipart', 206, [['Content-Type', 'multipart/byteranges; boundary=x']]],
        ['416', 416, [['Content-Range', 'bytes */40']]],
      ] as const
    ).map(([name, status, fields]) => ({
      name,
      view: (call) => {
        if (secretly(call, 'x-who') === 'nothing') return { body: PAGE }
        return { status, fields, body: PAGE.slice(0, 10) }
      },
      asks: [{ as: MALLORY, headers: [['X-Who', MALLORY]] }, honest],
      exact: true,
      provoked: true,
    }) satisfies Attack),
    ...['bytes=0-', 'bytes=-0', 'bytes=5-2', 'bytes=0-0,2-2,4-4', 'chars=0-3', 'bytes=', 'bytes=99-', '*'].map(
      (value) => ({
        name: `Range: ${value}`,
        view: whole,
        asks: [honest, range(value), { as: BOB }],
        exact: true,
      }),
    ),
    {
      name: 'If-Range with a validator of another page',
      view: whole,
      asks: [honest, range('bytes=0-3', ['If-Range', '"evil"']), { as: BOB }],
      exact: true,
    },
    {
      name: 'a thousand ranges',
      view: whole,
      asks: [
        honest,
        range(`bytes=${Array.from({ length: 1000 }, (_, n) => `${n}-${n}`).join(',')}`),
        { as: BOB },
      ],
      exact: true,
    },
  ],
}

/** A view that knows its own validators and answers 304 by itself. */
const validating: Attack['view'] = (call) => {
  const etag = '"v1"'
  if (call.header('if-none-match') === etag) return { status: 304, fields: [['ETag', etag]] }
  return { fields: [['ETag', etag]], body: PAGE }
}

export const conditional: Hazard = {
  title: 'poisoned 304s',
  harm: 'a client’s validator makes an empty answer that everybody is given',
  attacks: [
    {
      name: 'a client that has the page comes first',
      view: (call) => {
        // By its own header, past what the cache hides of a shared fill.
        return secretly(call, 'if-none-match') === '"v1"'
          ? { status: 304, fields: [['ETag', '"v1"']] }
          : { fields: [['ETag', '"v1"']], body: PAGE }
      },
      asks: [{ as: BOB }, { as: MALLORY, headers: [['If-None-Match', '"v1"']] }, honest],
      exact: true,
      provoked: true,
    },
    {
      name: 'a view that knows its validators',
      view: validating,
      asks: [honest, { as: MALLORY, headers: [['If-None-Match', '"v1"']] }, { as: BOB }],
      exact: true,
    },
    ...['*', '"x"', 'W/"v1"', '"x", "v1"', '', '"', 'v1'].map((value) => ({
      name: `If-None-Match: ${value}`,
      view: whole,
      asks: [honest, { as: MALLORY, headers: [['If-None-Match', value]] }, { as: BOB }] satisfies Ask[],
      exact: true,
    })),
    {
      name: 'a view that answers 304 to whoever asks for no news',
      view: (call) => {
        return secretly(call, 'x-who') === 'nothing' ? { body: PAGE } : { status: 304 }
      },
      asks: [{ as: MALLORY, headers: [['X-Who', MALLORY]] }, honest],
      exact: true,
      provoked: true,
    },
    {
      name: 'If-Modified-Since in the future',
      view: (call) => ({
        fields: [['Last-Modified', 'Thu, 01 Jan 2026 00:00:00 GMT']],
        body: `since ${call.header('if-modified-since') ?? 'ever'}`,
      }),
      asks: [
        honest,
        { as: BOB },
      ],
      exact: true,
    },
    {
      name: 'the ETag of one address sent to another',
      cve: ['CVE-2026-116630'],
      view: (call) => ({
        fields: [['ETag', call.url.endsWith('/one') ? '"one"' : '"two"']],
        body: call.url.endsWith('/one') ? 'page one' : 'page two',
      }),
      asks: [
        { as: ALICE, path: '/one' },
        { as: BOB, path: '/two' },
        { as: MALLORY, path: '/two', headers: [['If-None-Match', '"one"']] },
      ],
      exact: true,
    },
    {
      name: 'preconditions for writers',
      view: whole,
      asks: [
        { as: MALLORY, headers: [['If-Match', '"evil"']] },
        { as: MALLORY, headers: [['If-Unmodified-Since', 'Thu, 01 Jan 1970 00:00:00 GMT']] },
        honest,
      ],
      exact: true,
    },
  ],
}

const FORCING: readonly (readonly [name: string, value: string])[] = [
  ['Cache-Control', 'no-cache'],
  ['Cache-Control', 'no-store'],
  ['Cache-Control', 'max-age=0'],
  ['Cache-Control', 'only-if-cached'],
  ['Cache-Control', 'max-stale'],
  ['Pragma', 'no-cache'],
  ['x-apicache-bypass', 'true'],
  ['x-apicache-force-fetch', 'true'],
  ['X-Middleware-Prefetch', '1'],
  ['X-Cache-Bypass', '1'],
  ['x-no-cache', '1'],
  ['X-Accel-Expires', '0'],
  ['Surrogate-Control', 'no-store'],
]

export const bypass: Hazard = {
  title: 'forced recomputation',
  harm: 'anybody makes the site work for each request by a header',
  attacks: [
    ...FORCING.map((field) => ({
      name: field.join(': '),
      cve: field[0] === 'X-Middleware-Prefetch' ? ['CVE-2023-46298'] : [],
      view: whole,
      asks: [honest, { as: MALLORY, headers: [field] }, { as: BOB, headers: [field] }],
      exact: true,
      hits: true,
    })),
    {
      name: 'a parameter that the route does not allow',
      profile: 'narrow',
      view: whole,
      asks: [honest, { as: MALLORY, path: '?nocache=1' }, { as: BOB, path: '?_=2&_=3' }],
      exact: true,
      hits: true,
    },
    {
      name: 'a coding spelled in a new way',
      view: (call) => ({ fields: [['Vary', 'Accept-Encoding']], body: call.method }),
      asks: [
        { as: ALICE, headers: [['Accept-Encoding', 'gzip, br']] },
        { as: MALLORY, headers: [['Accept-Encoding', 'BR;q=0.3,gzip;q=0.2']] },
        { as: BOB, headers: [['Accept-Encoding', 'x-gzip, identity, br']] },
      ],
      exact: true,
      hits: true,
    },
  ],
}

const SIX: readonly Ask[] = ['ann-1', 'ben-2', 'cat-3', 'dan-4', 'eve-5', 'fay-6'].map((name) => ({
  as: `${name}-six`,
  headers: [['Cookie', `sid=${name}-six`]],
}))

export const coalescing: Hazard = {
  title: 'coalescing',
  harm: 'those who ask at once are given what one of them was given',
  together: true,
  attacks: [
    { name: 'six users of a private page', view: personal(['Cache-Control', 'private']), asks: SIX },
    { name: 'six users of a page that says nothing', view: showing((c) => c.cookie('sid')), asks: SIX },
    {
      name: 'six users who are each given a cookie',
      view: (call) => ({ fields: [['Set-Cookie', secretly(call)]], body: 'hello' }),
      asks: SIX,
    },
    {
      name: 'six users of a page that varies',
      view: personal(['Vary', 'Cookie']),
      asks: SIX,
    },
    {
      name: 'six users, told apart by the option',
      profile: 'users',
      view: showing((call) => [call.user(), call.session()]),
      asks: SIX,
    },
    {
      name: 'six users, where pages are kept for nobody alone',
      profile: 'anonymous',
      view: showing((call) => call.user()),
      asks: [...SIX, { as: 'nobody' }],
    },
    {
      name: 'six tokens',
      view: (call) => ({ body: `for ${secretly(call, 'authorization')}` }),
      asks: SIX.map(({ as }) => ({ as, headers: [['Authorization', as]] })),
    },
    {
      name: 'an editor who looks at drafts, among the public',
      cve: ['CVE-2026-94544', 'CVE-2025-32421'],
      view: (call) => {
        const isDraft = call.cookie('__prerender_bypass') !== undefined
        return { body: isDraft ? `draft of ${call.cookie('__prerender_bypass')}` : 'published' }
      },
      asks: [
        { as: MALLORY, headers: [['Cookie', `__prerender_bypass=${MALLORY}`]] },
        { as: ALICE },
        { as: BOB },
      ],
    },
    {
      name: 'a leader that fails before its head',
      view: (call) => {
        if (secretly(call, 'x-who') !== 'nothing') throw new Error('The view is broken.')
        return { body: PAGE }
      },
      asks: [{ as: MALLORY, headers: [['X-Who', MALLORY]] }, honest, { as: BOB }],
      exact: true,
      provoked: true,
    },
    {
      name: 'a leader that fails within its page',
      view: (call) => {
        if (secretly(call, 'x-who') === 'nothing') return { body: PAGE }
        return { body: brokenOff() }
      },
      // Whoever is given the broken page gets as much of it as there is.
      asks: [{ as: MALLORY, leaves: true, headers: [['X-Who', MALLORY]] }, honest, { as: BOB }],
      exact: true,
      provoked: true,
    },
    {
      name: 'a leader whose client leaves',
      view: () => ({ body: inParts() }),
      asks: [{ as: MALLORY, leaves: true }, honest, { as: BOB }],
      exact: true,
    },
    {
      name: 'a page shorter than it says',
      view: (call) => {
        if (secretly(call, 'x-who') === 'nothing') return { body: PAGE }
        return { fields: [['Content-Length', '400']], body: streamed(PAGE) }
      },
      asks: [{ as: MALLORY, leaves: true, headers: [['X-Who', MALLORY]] }, honest],
      exact: true,
      provoked: true,
      // Others refuse to write such a page, or wait for the rest of it.
      on: ['node:http', 'Express'],
    },
  ],
}

async function* brokenOff(): AsyncGenerator<Buffer, void> {
  yield Buffer.from('half of ')
  await new Promise((resolve) => setImmediate(resolve))
  throw new Error('The body broke off.')
}

async function* inParts(): AsyncGenerator<Buffer, void> {
  for (const part of ['one ', 'two ', 'three']) {
    yield Buffer.from(part)
    await new Promise((resolve) => setImmediate(resolve))
  }
}

async function* streamed(text: string): AsyncGenerator<Buffer, void> {
  yield Buffer.from(text)
}

export const statuses: Hazard = {
  title: 'statuses',
  harm: 'an error, a redirect or nothing at all is kept in the place of the page',
  attacks: [
    ...[201, 202, 203, 204, 301, 302, 307, 308, 400, 403, 404, 405, 410, 429, 500, 502, 503].map(
      (status) => ({
        name: `${status} provoked by a header`,
        cve: status === 204 ? ['CVE-2025-49826'] : [],
        view: (call) => {
          if (secretly(call, 'x-who') === 'nothing') return { body: PAGE }
          const fields: Attack['asks'][number]['headers'] =
            status >= 300 && status < 400 ? [['Location', `https://${MALLORY}.test/`]] : []
          return { status, fields, body: status === 204 ? '' : 'no' }
        },
        asks: [{ as: MALLORY, headers: [['X-Who', MALLORY]] }, honest, { as: BOB }],
        exact: true,
        provoked: true,
      }) satisfies Attack,
    ),
    {
      name: 'an error with a long life',
      view: (call) => {
        if (secretly(call, 'x-who') === 'nothing') return { body: PAGE }
        return { status: 500, fields: [['Cache-Control', 'public, max-age=600']], body: 'broken' }
      },
      asks: [{ as: MALLORY, headers: [['X-Who', MALLORY]] }, honest],
      exact: true,
      provoked: true,
    },
  ],
}

export const sizes: Hazard = {
  title: 'huge and broken requests',
  harm: 'a request ends the process, or hangs it, or fills it',
  attacks: [
    {
      name: 'a header of 12 kB is read',
      view: showing((call) => call.header('x-huge')),
      asks: byField('X-Huge', (as) => as + 'h'.repeat(12_000)),
    },
    {
      name: 'a hundred headers',
      view: showing((call) => call.header('x-99')),
      asks: [ALICE, BOB].map((as) => ({
        as,
        headers: Array.from({ length: 100 }, (_, n) => [`X-${n}`, as] as const),
      })),
    },
    {
      name: 'a query of 10 kB',
      view: showing((call) => call.url.length),
      asks: [ALICE, BOB].map((as) => ({ as, path: `?${as}${'q'.repeat(10_000)}` })),
      exact: true,
    },
    {
      name: 'a page that answers with a field of 12 kB',
      view: (call) => ({ fields: [['X-Huge', 'h'.repeat(12_000)]], body: call.method }),
      asks: [honest, { as: BOB }],
      exact: true,
    },
    {
      name: 'a page beyond what is kept',
      view: () => ({ body: 'p'.repeat(1_100_000) }),
      asks: [honest, { as: BOB }],
      exact: true,
    },
    {
      name: 'bytes that are no text',
      view: () => ({
        fields: [['Content-Type', 'application/octet-stream']],
        body: Buffer.from(Array.from({ length: 256 }, (_, n) => n)),
      }),
      asks: [honest, { as: BOB }],
      exact: true,
    },
    {
      name: 'letters beyond ASCII in a header',
      view: showing((call) => call.header('x-name')),
      asks: byField('X-Name', (as) => `${as}\u00ff\u00e9`),
    },
    {
      name: 'fields of prototypes on the answer',
      view: (call) => ({
        fields: [
          ['constructor', 'a'],
          ['__proto__', 'b'],
          ['toString', 'c'],
        ],
        body: call.method,
      }),
      asks: [honest, { as: BOB }],
      exact: true,
      // Elsewhere the fields of an answer are members of an object.
      on: ['pageCache', 'Hono'],
    },
  ],
}

/** Time passes between the requests. */
export const staleness: Hazard = {
  title: 'stale pages',
  harm: 'what may not be served after its time is, or a refresh mixes two visitors',
  attacks: [
    {
      name: 'a refresh that is personal',
      profile: 'stale',
      view: (call) => {
        const who = secretly(call)
        const control = who === 'nothing' ? 'max-age=1' : 'private'
        return { fields: [['Cache-Control', control]], body: who === 'nothing' ? 'public' : who }
      },
      asks: [{ as: 'nobody' }, { as: ALICE, headers: [['Cookie', ALICE]] }, { as: 'nobody2' }],
      pause: 2000,
      lesser: 'a page that is for all may be given stale to those whose own view would differ',
    },
    {
      name: 'a refresh that reads a cookie',
      profile: 'stale',
      view: (call) => ({
        fields: [['Cache-Control', 'max-age=1']],
        body: `for ${call.cookie('sid') ?? 'nobody'}`,
      }),
      asks: [...signedInAsks, ...signedInAsks],
      pause: 2000,
    },
    {
      name: 'a refresh that sets a cookie',
      profile: 'stale',
      view: (call) => {
        const who = secretly(call, 'x-who')
        const more: (readonly [string, string])[] = who === 'nothing' ? [] : [['Set-Cookie', who]]
        return { fields: [['Cache-Control', 'max-age=1'], ...more], body: 'page' }
      },
      asks: [{ as: 'nobody' }, ...byField('X-Who'), { as: 'nobody2' }],
      pause: 2000,
      lesser: 'a page that is for all may be given stale to those whose own view would set a cookie',
    },
  ],
}
