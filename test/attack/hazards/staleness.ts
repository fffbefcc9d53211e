import { ALICE, type Hazard } from '../attack.ts'
import { byField, secretly, signedInAsks } from '../asking.ts'

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
      lesser:
        'a page that is for all may be given stale to those whose own view would set a cookie',
    },
  ],
}
