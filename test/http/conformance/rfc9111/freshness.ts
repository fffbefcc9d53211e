import { date } from '../../scenario/fields.ts'
import { kept, keptFor, notKept } from '../idioms.ts'
import type { Section } from '../requirement.ts'

const cc = (...lines: readonly string[]) => ({ 'Cache-Control': lines })

export const freshness: Section = {
  title: 'RFC 9111 §4.2: freshness and dates',
  requirements: [
    {
      id: '4.2-fresh',
      level: 'MAY',
      says: 'A page is used without asking while its life is longer than its age, and not a second more.',
      plays: [
        keptFor(60, cc('max-age=60')),
        keptFor(60, cc('s-maxage=60')),
        keptFor(60, { Expires: date(60) }),
      ],
    },
    {
      id: '4.2-stale-at-birth',
      level: 'MUST NOT',
      says: 'What has no life left when it comes is not used.',
      plays: [
        notKept(cc('max-age=0')),
        notKept(cc('s-maxage=0, max-age=60')),
        notKept({ Expires: date(0) }),
        notKept({ Expires: date(-60) }),
      ],
    },
    {
      id: '4.2-forms',
      level: 'MUST',
      says: 'Dates are read in all three forms of RFC 9110 §5.6.7.',
      plays: [
        kept({ Expires: 'Thu, 18 Aug 2050 02:01:18 GMT' }),
        kept({ Expires: 'Thursday, 18-Aug-50 02:01:18 GMT' }),
        kept({ Expires: 'Thu Aug 18 02:01:18 2050' }),
        kept({ Expires: 'Mon Aug  8 02:01:18 2050' }),
        kept({ Expires: 'Sun, 21 Nov 2286 04:46:39 GMT' }),
        kept({ Expires: 'Tue, 19 Jan 2038 03:14:08 GMT' }),
      ],
    },
    {
      id: '4.2-century',
      level: 'MUST',
      says: 'A year of two digits that seems more than 50 years ahead is in the past.',
      plays: [notKept({ Expires: 'Monday, 18-Aug-80 02:01:18 GMT' })],
    },
    {
      id: '4.2-case',
      level: 'SHOULD',
      says: 'The case of a date does not matter.',
      plays: [
        kept({ Expires: 'THU, 18 Aug 2050 02:01:18 GMT' }),
        kept({ Expires: 'Thu, 18 AUG 2050 02:01:18 GMT' }),
        kept({ Expires: 'Thu, 18 Aug 2050 02:01:18 gMT' }),
      ],
    },
    {
      id: '4.2-zone',
      level: 'SHOULD',
      says: 'A date in another zone than GMT is no date.',
      plays: ['UTC', 'AEST', '+0000', ''].map((zone) => {
        return notKept({ Expires: `Thu, 18 Aug 2050 02:01:18 ${zone}`.trim() })
      }),
    },
    {
      id: '4.2-almost',
      level: 'MUST',
      says: 'What only looks like a date is none.',
      plays: [
        'Thu, 18 Aug 50 02:01:18 GMT',
        'Thu 18 Aug 2050 02:01:18 GMT',
        'Thu, 18  Aug  2050 02:01:18 GMT',
        'Thu, 18-Aug-2050 02:01:18 GMT',
        'Thu, 18 Aug 2050 02.01.18 GMT',
        'Thu, 18 Aug 2050 2:01:18 GMT',
        'Thu, 31 Feb 2050 02:01:18 GMT',
        '2050-08-18T02:01:18Z',
        '99999999999',
      ].map((value) => notKept({ Expires: value })),
    },
  ],
}

export const lifetime: Section = {
  title: 'RFC 9111 §4.2.1 and §4.2.2: how long a page lives',
  requirements: [
    {
      id: '4.2.1-order',
      level: 'MUST',
      says: '`s-maxage` goes before `max-age`, and that before Expires less Date.',
      plays: [
        keptFor(60, cc('max-age=3600, s-maxage=60')),
        keptFor(60, cc('s-maxage=60, max-age=3600')),
        keptFor(60, cc('max-age=3600', 's-maxage=60')),
        keptFor(60, cc('max-age=1, s-maxage=60')),
        keptFor(60, { ...cc('max-age=0, s-maxage=60'), Expires: date(-10) }),
        keptFor(60, { ...cc('max-age=60'), Expires: date(-7200) }),
        keptFor(60, { ...cc('max-age=60'), Expires: date(7200) }),
        keptFor(60, { ...cc('max-age=60'), Expires: '0' }),
        notKept({ ...cc('max-age=0'), Expires: date(3600) }),
      ],
    },
    {
      id: '4.2.1-expires',
      level: 'MUST',
      says: 'Expires counts from Date, so that the two clocks need not agree.',
      plays: [
        notKept({ Expires: date(300), Date: date(400) }),
        keptFor(60, { Expires: date(460), Date: date(400) }),
        keptFor(60, { Expires: date(60), Date: 'rubbish' }),
        keptFor(60, { Expires: date(60), Date: undefined }),
      ],
    },
    {
      id: '4.2.1-twice',
      level: 'SHOULD',
      says: 'Of a lifetime that is given twice the shorter counts.',
      plays: [
        keptFor(60, cc('max-age=60, max-age=3600')),
        keptFor(60, cc('max-age=3600, max-age=60')),
        keptFor(60, cc('max-age=3600', 'max-age=60')),
        notKept(cc('s-maxage=60, s-maxage=0')),
        notKept({ Expires: ['Thu, 18 Aug 2050 02:01:18 GMT', 'Thu, 18 Aug 2050 02:01:19 GMT'] }),
      ],
      why: 'The text leaves the choice between the first and stale; the shorter is one of the two, or safer than the first.',
    },
    {
      id: '4.2.1-invalid',
      level: 'SHOULD',
      says: 'A lifetime that is no number of seconds is over.',
      plays: [
        "max-age='3600'",
        'max-age=a3600',
        'max-age=3600a',
        'max-age=-3600',
        'max-age=3600.0',
        'max-age=3600.5',
        'max-age=1e3',
        'max-age=0x10',
        'max-age',
        'max-age=',
        'max-age=""',
        'max-age =3600',
        'max-age= 3600',
        'max-age:3600',
        's-maxage=a, max-age=3600',
      ].map((control) => notKept({ 'Cache-Control': control })),
    },
    {
      id: '1.2.2-delta',
      level: 'MUST',
      says: 'Numbers of seconds may begin with zeros, and be greater than any clock: then they are as long as can be.',
      plays: [
        keptFor(60, cc('max-age=0060')),
        kept(cc('max-age=2147483647')),
        kept(cc('max-age=2147483648')),
        kept(cc('max-age=2147483649')),
        kept(cc('max-age=99999999999')),
        kept(cc(`max-age=${'9'.repeat(40)}`)),
        kept(cc('s-maxage=99999999999')),
      ],
    },
    {
      id: '4.2.2-heuristic',
      level: 'policy',
      says: 'No life is guessed, from Last-Modified or anything else.',
      plays: [200, 203, 204, 404, 410, 414, 501].map((status) => {
        return notKept({ status, fields: { 'Last-Modified': 'Thu, 01 Jan 2015 00:00:00 GMT' } })
      }),
      why: 'RFC 9111 allows it. At the origin the view can say what it means, and a wrong guess is an old page.',
    },
    {
      id: '4.2.2-explicit',
      level: 'MUST NOT',
      says: 'Where a life is given, no other is guessed.',
      plays: [
        notKept({ ...cc('max-age=0'), 'Last-Modified': 'Thu, 01 Jan 2015 00:00:00 GMT' }),
        notKept({ Expires: '0', 'Last-Modified': 'Thu, 01 Jan 2015 00:00:00 GMT' }),
      ],
    },
  ],
}
