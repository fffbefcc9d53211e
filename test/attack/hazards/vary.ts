import { ALICE, BOB, type Hazard, MALLORY } from '../attack.ts'
import { byField, secretly } from '../asking.ts'
import { type Fields, protectedBy } from './protected-by.ts'

export const vary: Hazard = {
  title: 'Vary spellings and learning',
  harm: 'a page for one language, user or device is given to another',
  together: true,
  attacks: [
    ...['*', ' * ', '*, accept', 'accept, *', 'Accept,,*', 'accept*', '"*"', 'a b'].flatMap(
      (value) => {
        return protectedBy(`Vary: ${value.trim()}`, [['Vary', value]], ['CVE-2026-6907'])
      },
    ),
    ...protectedBy('Vary: * in a second line', [
      ['Vary', 'accept'],
      ['vary', '*'],
    ]),
    ...[
      'Cookie',
      'COOKIE',
      'accept , cookie',
      ' cookie\t,accept',
      ',,cookie',
      'cookie,cookie',
      'x-a,x-b,x-c,cookie',
    ].flatMap((value) => {
      return protectedBy(`Vary: ${value}`, [['Vary', value]], ['CVE-2026-48587', 'CVE-2026-44457'])
    }),
    ...protectedBy('Vary in two lines', [
      ['Vary', 'accept'],
      ['Vary', 'cookie'],
    ]),
    {
      name: 'Vary that grows: the first answers say less than later ones',
      view: (call) => {
        const who = secretly(call, 'x-who')
        const fields: Fields = who === 'nothing' ? [] : [['Vary', 'X-Who']]
        return { fields, body: `page for ${who}` }
      },
      asks: [{ as: 'nobody' }, ...byField('X-Who'), { as: 'nobody' }],
      lesser:
        'a view that hides what it reads and names it only sometimes gives nobody’s page to some',
    },
    {
      name: 'Vary that alternates between two names',
      view: (call) => {
        const a = secretly(call, 'x-a')
        const name = a === ALICE ? 'X-A' : 'X-A, X-B'
        return { fields: [['Vary', name]], body: `${a} and ${secretly(call, 'x-b')}` }
      },
      asks: [
        { as: ALICE, headers: [['X-A', ALICE]] },
        {
          as: BOB,
          headers: [
            ['X-A', BOB],
            ['X-B', BOB],
          ],
        },
        {
          as: MALLORY,
          headers: [
            ['X-A', BOB],
            ['X-B', MALLORY],
          ],
        },
        { as: 'nobody' },
      ],
    },
    {
      name: 'a language beside the field that a framework adds',
      view: (call) => ({
        fields: [['Vary', 'Accept-Language']],
        body: `in ${secretly(call, 'accept-language')}`,
      }),
      asks: byField('Accept-Language', (as) => `de-x-${as}`),
    },
    {
      name: 'codings that not everybody can read',
      view: (call) => {
        const isRead = /gzip(?!;q=0$)/i.test(secretly(call, 'accept-encoding'))
        return isRead
          ? { fields: [['Content-Encoding', 'gzip']], body: 'gzipped' }
          : { body: 'as it is' }
      },
      asks: [
        { as: MALLORY, headers: [['Accept-Encoding', 'gzip']] },
        { as: ALICE },
        { as: BOB, headers: [['Accept-Encoding', 'identity']] },
        { as: 'carol', headers: [['Accept-Encoding', 'gzip;q=0']] },
        { as: 'dave', headers: [['Accept-Encoding', 'br, GZIP;q=0.1']] },
      ],
      exact: true,
    },
    {
      name: 'names far beyond what a key can hold',
      view: (call) => ({
        fields: [['Vary', Array.from({ length: 200 }, (_, n) => `x-${n}`).join(',')]],
        body: `page for ${secretly(call, 'x-150')}`,
      }),
      asks: byField('X-150'),
    },
  ],
}
