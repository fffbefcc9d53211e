import { gzipSync } from 'node:zlib'
import { ALICE, type Ask, type Attack, BOB, type Call, type Hazard, MALLORY } from '../attack.ts'
import { secretly, signedInAsks } from '../asking.ts'
import { fragment, hole, holed } from '../holed.ts'

const HTML = ['Content-Type', 'text/html; charset=utf-8'] as const

const SIX: readonly Ask[] = ['ann-1', 'ben-2', 'cat-3', 'dan-4', 'eve-5', 'fay-6'].map((name) => ({
  as: `${name}-hole`,
  headers: [['Cookie', `sid=${name}-hole`]],
}))

/** Those who are signed in, each with a field of their own. */
function asking(name: string, value: string): readonly Ask[] {
  return signedInAsks.map((ask): Ask => {
    return { ...ask, headers: [...(ask.headers ?? []), [name, value]] }
  })
}

/** A page whose text is rendered with holes. */
function page(
  render: (call: Call) => Promise<string>,
  ...fields: (readonly [string, string])[]
): Attack['view'] {
  return async (call) => ({
    fields: [HTML, ...fields],
    body: await holed(call, async () => await render(call)),
  })
}

const greeting = async (): Promise<string> => `<p>hello ${await hole('greet')}</p>`

const ATTACKS: readonly Attack[] = [
  { name: 'a greeting', view: page(greeting), asks: SIX },
  {
    name: 'two of them, and another in a fragment',
    view: page(async () => {
      const inside = await fragment('box', [], greeting)
      return `${await hole('greet')}${inside}${await hole('greet')}`
    }),
    asks: signedInAsks,
  },
  {
    name: 'with public and a long life',
    view: page(greeting, ['Cache-Control', 'public, max-age=3600, s-maxage=3600']),
    asks: signedInAsks,
    lesser: 'no cache outside is told that it may have the page',
  },
  {
    name: 'beside what the view reads of another cookie',
    view: page(async (call) => `${call.cookie('theme')}: ${await greeting()}`),
    asks: [
      { as: ALICE, headers: [['Cookie', `sid=${ALICE}; theme=dark`]] },
      { as: BOB, headers: [['Cookie', `sid=${BOB}; theme=light`]] },
      { as: MALLORY, headers: [['Cookie', `sid=${MALLORY}; theme=dark`]] },
      { as: 'nobody' },
    ],
  },
  {
    name: 'that reads the cookie that the view reads, too',
    view: page(async (call) => `${call.cookie('sid')}: ${await greeting()}`),
    asks: signedInAsks,
  },
  {
    name: 'that is given what the view has read',
    view: page(async (call) => await hole('greet', { of: call.cookie('sid') ?? 'nobody' })),
    asks: signedInAsks,
  },
  {
    name: 'only for those who are signed in',
    view: page(async (call) => (call.cookie('sid') === undefined ? 'hello' : await greeting())),
    asks: signedInAsks,
  },
  {
    name: 'with a cookie that is set for it',
    view: async (call) => {
      const body = await holed(call, greeting)
      return { fields: [HTML, ['Set-Cookie', `csrf=${secretly(call)}`]], body }
    },
    asks: signedInAsks,
  },
  {
    name: 'in a private page',
    view: page(greeting, ['Cache-Control', 'private']),
    asks: signedInAsks,
  },
  {
    name: 'a 304 by a date',
    view: page(greeting),
    asks: asking('If-Modified-Since', 'Fri, 01 Jan 2100 00:00:00 GMT'),
    exact: true,
  },
  {
    name: 'a 304 by another’s tag',
    view: page(greeting),
    asks: asking('If-None-Match', '"v1", W/"v2", "hole"'),
    exact: true,
  },
  {
    name: 'a range over it',
    view: page(greeting),
    asks: asking('Range', 'bytes=0-14'),
    exact: true,
  },
  {
    name: 'a range over it, of a page that is never transformed',
    view: page(greeting, ['Cache-Control', 'no-transform']),
    asks: asking('Range', 'bytes=10-'),
    exact: true,
  },
  {
    name: 'in a page that its view compresses',
    view: async (call) => {
      const body = await holed(call, greeting)
      if (call.header('accept-encoding')?.includes('gzip') !== true) return { fields: [HTML], body }
      return { fields: [HTML, ['Content-Encoding', 'gzip']], body: gzipSync(body) }
    },
    asks: asking('Accept-Encoding', 'gzip'),
    lesser: 'a page with a hole goes out uncompressed from here',
  },
  {
    name: 'that fails for one of them',
    view: page(async () => `<p>${await hole('greet', { fails: true })}</p>`),
    asks: signedInAsks,
  },
  {
    name: 'in a page that is written to between them',
    view: page(async (call) => (call.method === 'POST' ? 'written' : await greeting())),
    asks: [
      ...signedInAsks,
      { as: MALLORY, method: 'POST', body: 'x', headers: [['Cookie', `sid=${MALLORY}`]] },
      ...SIX,
    ],
  },
  {
    name: 'in a page that is sent in pieces',
    view: async (call) => {
      const text = await holed(call, greeting)
      async function* pieces(): AsyncGenerator<Buffer> {
        for (const letter of Buffer.from(text)) yield Buffer.from([letter])
      }
      return { fields: [HTML], body: pieces() }
    },
    asks: signedInAsks,
  },
  {
    name: 'in a page that shows what looks like the place of one',
    view: page(async (call) => `${call.query('q')} ${await greeting()}`),
    asks: signedInAsks.map((ask) => ({ ...ask, path: `?q=bw${'0'.repeat(32)}x0e` })),
  },
  {
    name: 'in what is not markup',
    view: async (call) => ({
      fields: [['Content-Type', 'application/json']],
      body: JSON.stringify({ html: await holed(call, greeting) }),
    }),
    asks: signedInAsks,
  },
]

export const holes: Hazard = {
  title: 'holes',
  harm: 'what was rendered for one visitor within everybody’s page is given to the next',
  together: true,
  attacks: ATTACKS.map((attack) => ({ ...attack, profile: 'holes', ownTags: true })),
}
