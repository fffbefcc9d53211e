import { type Attack, BOB, type Hazard, MALLORY } from '../attack.ts'
import { secretly } from '../asking.ts'
import { honest, PAGE } from './page.ts'

export const statuses: Hazard = {
  title: 'statuses',
  harm: 'an error, a redirect or nothing at all is kept in the place of the page',
  attacks: [
    ...[201, 202, 203, 204, 301, 302, 307, 308, 400, 403, 404, 405, 410, 429, 500, 502, 503].map(
      (status) =>
        ({
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
