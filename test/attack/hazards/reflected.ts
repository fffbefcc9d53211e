import { ALICE, BOB, type Call, type Hazard, MALLORY } from '../attack.ts'
import { byField, byFieldOrNot, showing } from '../asking.ts'

const ANY: readonly string[] = [
  'X-Anything',
  'Accept-Language',
  'User-Agent',
  'Referer',
  'X-Forwarded-For',
  'X-Forwarded-Port',
  'X-Real-IP',
  'Forwarded',
  'Accept',
  'X-Requested-With',
  'DNT',
  'Save-Data',
]
const REROUTED: readonly string[] = ['X-Original-URL', 'X-Rewrite-URL', 'X-HTTP-Method-Override']
const PROTOTYPE: readonly string[] = ['constructor', '__proto__', 'toString', 'hasOwnProperty']

export const reflected: Hazard = {
  title: 'reflected headers',
  harm: 'what an attacker sends in a header stands in everybody’s page',
  together: true,
  attacks: [
    ...ANY.map((name) => ({
      name: `${name} is shown`,
      view: showing((call) => call.header(name)),
      asks: byFieldOrNot(name),
    })),
    {
      name: 'X-Forwarded-Host makes the links of the page',
      cve: ['CVE-2025-31137', 'CVE-2025-61925', 'CVE-2025-67647'],
      view: (call) => {
        const host = call.header('X-Forwarded-Host') ?? 'site.test'
        return { body: `<a href="https://${host}/reset">` }
      },
      asks: [{ as: MALLORY, headers: [['X-Forwarded-Host', `${MALLORY}.test`]] }, { as: ALICE }],
    },
    {
      name: 'X-Forwarded-Proto makes a redirect in the page',
      cve: ['CVE-2025-64525'],
      view: (call) => ({ body: `<base href="${call.header('X-Forwarded-Proto') ?? 'https'}://">` }),
      asks: [{ as: MALLORY, headers: [['X-Forwarded-Proto', MALLORY]] }, { as: ALICE }],
    },
    {
      name: 'X-Forwarded-Prefix makes the paths of the page',
      cve: ['CVE-2021-41267'],
      view: (call) => ({ body: `<script src="${call.header('X-Forwarded-Prefix') ?? ''}/a.js">` }),
      asks: [{ as: MALLORY, headers: [['X-Forwarded-Prefix', `//${MALLORY}`]] }, { as: ALICE }],
    },
    {
      name: 'a header chooses data in place of the page',
      cve: ['CVE-2025-49005', 'CVE-2026-44576', 'CVE-2025-43864'],
      view: (call) => {
        const isData = call.header('RSC') !== undefined
        const type = isData ? 'text/x-component' : 'text/html'
        return { fields: [['Content-Type', type]], body: isData ? '0:["data"]' : '<p>page</p>' }
      },
      asks: [{ as: MALLORY, headers: [['RSC', '1']] }, { as: ALICE }, { as: BOB }],
      exact: true,
    },
    {
      name: 'Origin is allowed whatever it is',
      view: (call) => ({
        fields: [['Access-Control-Allow-Origin', call.header('Origin') ?? '*']],
        body: 'data',
      }),
      asks: byFieldOrNot('Origin', (as) => `https://${as}.test`),
    },
    ...REROUTED.map((name) => ({
      name: `${name} leads to another page`,
      cve: ['CVE-2026-44572', 'CVE-2026-94484', 'CVE-2026-94543'],
      view: showing((call) => call.header(name) ?? call.method),
      asks: byFieldOrNot(name, (as) => `/${as}`),
      exact: true,
    })),
    ...PROTOTYPE.map((name) => ({
      name: `a header called ${name}`,
      view: showing((call) => call.header(name)),
      asks: byField(name),
    })),
    {
      name: 'every header is shown',
      view: showing((call: Call) =>
        call.headers().filter(([name]) => !/^(?:host|connection)$/i.test(name)),
      ),
      asks: byFieldOrNot('X-Debug'),
    },
    {
      name: 'a header in lines of its own',
      view: showing((call) => call.header('X-Lines')),
      asks: [ALICE, BOB].map((as) => ({
        as,
        headers: [
          ['X-Lines', 'same'],
          ['X-Lines', as],
        ],
      })),
    },
    {
      name: 'an empty header is not a missing one',
      cve: ['CVE-2026-113593'],
      view: (call) => ({ body: call.header('X-Preview') === undefined ? 'public' : 'preview' }),
      asks: [{ as: 'empty', headers: [['X-Preview', '']] }, { as: 'nobody' }],
      exact: true,
    },
    {
      name: 'a header that the page names in Vary, missing and empty',
      cve: ['CVE-2026-113593'],
      view: (call) => ({
        fields: [['Vary', 'X-Preview']],
        body: call.header('X-Preview') === undefined ? 'public' : 'preview',
      }),
      asks: [{ as: 'empty', headers: [['X-Preview', '']] }, { as: 'nobody' }],
      exact: true,
    },
    {
      name: 'a header read by a view that undeclared reads stop',
      profile: 'strict',
      view: showing((call) => call.header('X-Anything')),
      asks: byFieldOrNot('X-Anything'),
    },
  ],
}

export const address: Hazard = {
  title: 'the client’s address',
  harm: 'a page shows where its first reader sits',
  attacks: [
    {
      name: 'the address and port are shown',
      view: showing((call) => call.address()),
      never: true,
      asks: [{ as: ALICE }, { as: BOB }],
      // The platform’s own Request does not have it.
      on: ['node:http', 'Express', 'Fastify', 'Koa', 'Hono', 'h3', 'Nest/Express', 'Nest/Fastify'],
    },
  ],
}
