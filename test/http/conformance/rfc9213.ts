import { date } from '../scenario/fields.ts'
import { keeps, kept, keptFor, makes, notKept } from './idioms.ts'
import type { Section } from './requirement.ts'

const cdn = (value: string | readonly string[], control?: string) => ({
  'CDN-Cache-Control': value,
  'Cache-Control': control,
})
const IN_AN_HOUR = { Expires: date(3600) }

export const targeted: Section = {
  title: 'RFC 9213: targeted cache control',
  requirements: [
    {
      id: '9213-2.2-alone',
      level: 'MUST',
      says: 'Where it is given, Cache-Control and Expires are passed over.',
      plays: [
        keptFor(60, cdn('max-age=60')),
        keptFor(60, cdn('max-age=60', 'max-age=3600')),
        keptFor(60, cdn('max-age=60', 'max-age=1')),
        keptFor(60, cdn('max-age=60', 'no-store')),
        keptFor(60, cdn('max-age=60', 'private')),
        keptFor(60, { ...cdn('max-age=60'), Expires: date(-3600) }),
        keptFor(60, { ...cdn('max-age=60'), Expires: '0' }),
        keptFor(60, { ...cdn('max-age=60'), Pragma: 'no-cache' }),
        notKept({ ...cdn('max-age=0'), ...IN_AN_HOUR }),
        notKept(cdn('max-age=0', 'max-age=3600')),
        notKept({ ...cdn('foo'), ...IN_AN_HOUR }),
      ],
    },
    {
      id: '9213-2.1-forbid',
      level: 'MUST',
      says: 'Its `private`, `no-store` and `no-cache` forbid, whatever the others say.',
      plays: ['private', 'no-store', 'no-cache', 'max-age=60, private', 'no-store="a"'].map(
        (value) => notKept({ ...cdn(value, 'max-age=3600'), ...IN_AN_HOUR }),
      ),
    },
    {
      id: '9213-2.1-age',
      level: 'MUST',
      says: 'Its life is spent by age as any other.',
      plays: [
        notKept({ ...cdn('max-age=3600'), Age: '7200' }),
        keptFor(60, { ...cdn('max-age=90'), Age: '30' }, { age: 89 }),
      ],
    },
    {
      id: '9213-2.1-numbers',
      level: 'MUST',
      says: 'Its numbers may be greater than any clock.',
      plays: [kept(cdn('max-age=2147483648')), kept(cdn('max-age=99999999999'))],
    },
    {
      id: '9213-2.1-unknown',
      level: 'MUST',
      says: 'Members and parameters that nobody knows are passed over.',
      plays: [
        keptFor(60, cdn('foobar, max-age=60')),
        keptFor(60, cdn('a=1.5, b="c", d=?0, e=(f g);h=1, max-age=60;i=:YQ==:')),
        keptFor(60, cdn(['foobar', 'max-age=60'])),
      ],
    },
    {
      id: '9213-2.1-invalid',
      level: 'MUST',
      says: 'One that is no dictionary of RFC 9651 is passed over as a whole, and so is an empty one.',
      plays: [
        notKept(cdn('max-age=10000, &&&&&', 'no-store')),
        keptFor(60, cdn('max-age=10000, &&&&&', 'max-age=60')),
        keptFor(60, cdn('max-age= 3600', 'max-age=60')),
        keptFor(60, cdn('max-age =3600', 'max-age=60')),
        keptFor(60, cdn('Max-Age=3600', 'max-age=60')),
        keptFor(60, cdn('max-age=3600,', 'max-age=60')),
        keptFor(60, cdn('', 'max-age=60')),
      ],
    },
    {
      id: '9213-2.1-type',
      level: 'MUST',
      says: 'A life that is no whole number is none.',
      plays: [
        notKept(cdn('max-age="3600"', 'max-age=60')),
        notKept(cdn('max-age=1.5', 'max-age=60')),
        notKept(cdn('max-age', 'max-age=60')),
      ],
    },
    {
      id: '9213-2.1-odd',
      level: 'policy',
      says: 'A broken one that may have been meant to forbid, forbids.',
      plays: [notKept(cdn('no-store, &&&&&', 'max-age=60')), notKept(cdn('Private', 'max-age=60'))],
      why: 'Passing over it would show a page that somebody tried to keep private.',
    },
    {
      id: '9213-2.2-order',
      level: 'MUST',
      says: 'Of the targets that it has (its own, then all CDNs) the first that is given and valid counts alone.',
      plays: [
        keptFor(60, { 'Breakwater-Cache-Control': 'max-age=60', ...cdn('max-age=1', 'no-store') }),
        keptFor(60, { 'Breakwater-Cache-Control': 'max-age=60', ...cdn('no-store', 'max-age=1') }),
        keptFor(60, { 'Breakwater-Cache-Control': '&&&&&', ...cdn('max-age=60', 'max-age=1') }),
        keptFor(60, { 'Breakwater-Cache-Control': '', ...cdn('max-age=60') }),
        notKept({ 'Breakwater-Cache-Control': 'no-store', ...cdn('max-age=60', 'max-age=60') }),
        keptFor(60, { 'Other-Cache-Control': 'no-store', ...cdn('max-age=60') }),
      ],
    },
    {
      id: '9213-3-own',
      level: 'MAY',
      says: 'A field for this cache alone goes no further.',
      plays: [
        (stage) => [
          stage.client('a').asks('/p'),
          stage.view.answers({ fields: { 'Breakwater-Cache-Control': 'max-age=60' } }),
          stage.client('a').gets({ fields: { 'breakwater-cache-control': undefined } }),
          ...keeps(stage, { age: 0, fields: { 'breakwater-cache-control': undefined } }),
        ],
      ],
    },
    {
      id: '9213-3-forwarded',
      level: 'SHOULD NOT',
      says: 'A targeted field that is for other caches, too, is not removed.',
      plays: [
        (stage) => [
          ...makes(stage, { fields: cdn('max-age=60;why=launch', 'no-store') }),
          ...keeps(stage, {
            age: 0,
            fields: {
              'cdn-cache-control': 'max-age=60;why=launch',
              'cache-control': 'no-store',
              date: date(0),
            },
          }),
        ],
      ],
    },
  ],
}
