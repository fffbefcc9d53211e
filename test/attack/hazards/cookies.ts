import { ALICE, BOB, type Hazard } from '../attack.ts'
import { byFieldOrNot, showing, signedInAsks } from '../asking.ts'

export const cookies: Hazard = {
  title: 'cookies and users',
  harm: 'a view reads who is asking and forgets to say Vary: the next visitor gets that page',
  together: true,
  attacks: [
    {
      name: 'one cookie is read',
      view: showing((call) => call.cookie('sid')),
      asks: signedInAsks,
    },
    {
      name: 'the whole field Cookie is read',
      view: showing((call) => call.header('Cookie')),
      asks: signedInAsks,
    },
    {
      name: 'a cookie is read only for some: the first visitor has none',
      view: (call) => {
        const user = call.cookie('sid')
        return { body: user === undefined ? 'please sign in' : `basket of ${user}` }
      },
      asks: [{ as: 'nobody' }, ...signedInAsks],
    },
    {
      name: 'one of many cookies is read, behind others',
      view: showing((call) => call.cookie('sid')),
      asks: byFieldOrNot('Cookie', (as) => `_ga=1; theme=dark; sid=${as}; z=9`),
    },
    {
      name: 'a cookie twice, of which parsers take the first or the last',
      view: showing((call) => call.cookie('sid')),
      asks: [
        { as: ALICE, headers: [['Cookie', `sid=${ALICE}; sid=${BOB}`]] },
        { as: BOB, headers: [['Cookie', `sid=${BOB}; sid=${ALICE}`]] },
      ],
    },
    {
      name: 'two lines of Cookie',
      view: showing((call) => [call.cookie('a'), call.cookie('sid')]),
      asks: [ALICE, BOB].map((as) => ({
        as,
        headers: [
          ['Cookie', 'a=1'],
          ['Cookie', `sid=${as}`],
        ],
      })),
    },
    {
      name: 'quotes and commas in a cookie',
      view: showing((call) => [call.cookie('sid'), call.cookie('b')]),
      asks: byFieldOrNot('Cookie', (as) => `b="x; sid=${as}"; sid="${as}"`),
    },
    {
      name: 'an empty cookie is not a missing one',
      view: showing((call) => call.cookie('sid')),
      asks: [
        { as: 'empty', headers: [['Cookie', 'sid=']] },
        { as: 'nobody' },
        { as: 'other', headers: [['Cookie', 'other=1']] },
      ],
      exact: true,
    },
    {
      name: 'the user that a login layer found',
      view: showing((call) => call.user()),
      asks: signedInAsks,
    },
    {
      name: 'the session that a layer opened',
      view: showing((call) => call.session()?.basket),
      asks: signedInAsks,
    },
    {
      name: 'the user, with the option that tells users apart',
      profile: 'users',
      view: showing((call) => call.user()),
      asks: signedInAsks,
    },
    {
      name: 'a cookie, with the option that tells users apart',
      profile: 'users',
      view: showing((call) => call.cookie('theme')),
      asks: byFieldOrNot('Cookie', (as) => `sid=${as}; theme=${as}`),
    },
    {
      name: 'the user, where pages are kept for nobody alone',
      profile: 'anonymous',
      view: showing((call) => call.user()),
      asks: signedInAsks,
    },
    {
      name: 'a cookie, where undeclared reads are not kept',
      profile: 'strict',
      view: showing((call) => call.cookie('sid')),
      asks: signedInAsks,
    },
    {
      name: 'the session, where undeclared reads are not kept',
      profile: 'strict',
      view: showing((call) => call.session()?.basket),
      asks: signedInAsks,
    },
  ],
}
