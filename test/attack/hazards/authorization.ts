import { ALICE, type Hazard } from '../attack.ts'
import { byField, secretly } from '../asking.ts'

export const authorization: Hazard = {
  title: 'Authorization',
  harm: 'what one caller’s token opened is given to callers with another, or with none',
  together: true,
  attacks: [
    {
      name: 'the page of a token',
      cve: ['CVE-2026-44457'],
      view: (call) => ({ body: `secret of ${secretly(call, 'authorization')}` }),
      asks: [...byField('Authorization', (as) => `Bearer ${as}`), { as: 'nobody' }],
    },
    {
      name: 'the page of a token that the view reads openly',
      view: (call) => ({ body: `secret of ${call.header('authorization') ?? 'nobody'}` }),
      asks: [...byField('Authorization', (as) => `Bearer ${as}`), { as: 'nobody' }],
    },
    {
      name: 'refused without a token: the first to ask has one',
      view: (call) => {
        const token = secretly(call, 'authorization')
        return token === 'nothing' ? { status: 401, body: 'who?' } : { body: `for ${token}` }
      },
      asks: [...byField('Authorization', (as) => `Bearer ${as}`), { as: 'nobody' }],
      exact: true,
    },
    {
      name: 'a broken permission',
      view: (call) => ({
        fields: [['Cache-Control', 'public="x", max-age=60, ="']],
        body: `secret of ${secretly(call, 'authorization')}`,
      }),
      asks: byField('Authorization', (as) => `Bearer ${as}`),
    },
    {
      name: 'permitted for all with a token, and not for those without',
      view: (call) => ({
        fields: [['Cache-Control', 'public, max-age=60']],
        body: secretly(call, 'authorization') === 'nothing' ? 'please sign in' : 'for members',
      }),
      asks: [...byField('Authorization', () => 'Bearer any'), { as: 'nobody' }],
      exact: true,
    },
    {
      name: 'an empty Authorization',
      view: (call) => ({ body: `secret of [${secretly(call, 'authorization')}]` }),
      asks: [
        { as: 'empty', headers: [['Authorization', '']] },
        { as: ALICE, headers: [['Authorization', ALICE]] },
        { as: 'nobody' },
      ],
      exact: true,
    },
  ],
}
