import { ALICE, type Ask, BOB, type Hazard, MALLORY } from '../attack.ts'
import { personal, secretly, showing } from '../asking.ts'
import { honest, PAGE } from './page.ts'

const SIX: readonly Ask[] = ['ann-1', 'ben-2', 'cat-3', 'dan-4', 'eve-5', 'fay-6'].map((name) => ({
  as: `${name}-six`,
  headers: [['Cookie', `sid=${name}-six`]],
}))

export const coalescing: Hazard = {
  title: 'coalescing',
  harm: 'those who ask at once are given what one of them was given',
  together: true,
  attacks: [
    {
      name: 'six users of a private page',
      view: personal(['Cache-Control', 'private']),
      asks: SIX,
    },
    {
      name: 'six users of a page that says nothing',
      view: showing((c) => c.cookie('sid')),
      asks: SIX,
    },
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
      // On h3 the platform's own stream throws past everybody when it is cancelled between two parts.
      on: [
        'pageCache',
        'node:http',
        'Express',
        'Fastify',
        'Koa',
        'Hono',
        'Nest/Express',
        'Nest/Fastify',
      ],
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
