import { ALICE, type Ask, type Attack, BOB, type Hazard, MALLORY } from '../attack.ts'
import { secretly } from '../asking.ts'
import { honest, PAGE, whole } from './page.ts'

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
      asks: [
        honest,
        { as: MALLORY, headers: [['If-None-Match', value]] },
        { as: BOB },
      ] satisfies Ask[],
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
      asks: [honest, { as: BOB }],
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
