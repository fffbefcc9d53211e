import { date } from '../../scenario/fields.ts'
import { asksAgain, keeps, kept, keptFor, makes, notKept } from '../idioms.ts'
import type { Section } from '../requirement.ts'

const cc = (...lines: readonly string[]) => ({ 'Cache-Control': lines })

export const age: Section = {
  title: 'RFC 9111 §4.2.3 and §5.1: age',
  requirements: [
    {
      id: '4.2.3-age',
      level: 'MUST',
      says: 'What a page had aged before it came is taken off its life and added to its Age.',
      plays: [
        keptFor(60, { ...cc('max-age=90'), Age: '30' }, { age: 89 }),
        notKept({ ...cc('max-age=3600'), Age: '7200' }),
        notKept({ ...cc('max-age=3600'), Age: '2147483648' }),
        notKept({ ...cc('max-age=3600'), Age: '99999999999' }),
        notKept({ Date: date(-10), Expires: date(10), Age: '25' }),
        notKept({ Date: date(10), Expires: date(20), Age: '15' }),
      ],
    },
    {
      id: '4.2.3-apparent',
      level: 'MUST',
      says: 'So is what it has aged by its Date; one in the future makes nothing younger.',
      plays: [
        notKept({ ...cc('max-age=3600'), Date: date(-7200) }),
        keptFor(60, { ...cc('max-age=90'), Date: date(-30) }, { age: 89 }),
        keptFor(60, { ...cc('max-age=90'), Date: date(-30), Age: '10' }, { age: 89 }),
        keptFor(60, { ...cc('max-age=60'), Date: date(7200) }),
        keptFor(60, { Expires: date(60), Date: date(-30) }, { age: 89 }),
      ],
    },
    {
      id: '4.2.3-delay',
      level: 'MUST',
      says: 'So is the time that the view took to begin.',
      plays: [
        (stage) => [
          stage.client('a').asks('/p'),
          stage.view.receives(),
          stage.time.passes('5s'),
          stage.view.answers({ fields: { ...cc('max-age=60'), Age: '10' } }),
          stage.client('a').gets({ status: 200 }),
          ...keeps(stage, { age: 15 }),
          stage.time.passes('44s'),
          ...keeps(stage, { age: 59 }),
          stage.time.passes('1s'),
          ...asksAgain(stage),
        ],
      ],
    },
    {
      id: '5.1-first',
      level: 'SHOULD',
      says: 'Of several ages the first counts.',
      plays: [
        notKept({ ...cc('max-age=3600'), Age: '7200, 0' }),
        kept({ ...cc('max-age=3600'), Age: '0, 7200' }),
        notKept({ ...cc('max-age=3600'), Age: ['7200', '0'] }),
        kept({ ...cc('max-age=3600'), Age: ['0', '7200'] }),
        kept({ ...cc('max-age=3600'), Age: '0, 0' }),
        kept({ ...cc('max-age=3600'), Age: ['30', '30'] }),
      ],
    },
    {
      id: '5.1-invalid',
      level: 'SHOULD',
      says: 'An age that is no number is passed over.',
      plays: ['abc', '-7200', '7200.0', '7200;a=b', '', '0x10'].map((value) => {
        return (stage) => [
          ...makes(stage, { fields: { ...cc('max-age=3600'), Age: value } }),
          ...keeps(stage, { age: 0 }),
        ]
      }),
    },
    {
      id: '5.1-forwarded',
      level: 'MUST NOT',
      says: 'An answer that the view has just made carries no Age of ours.',
      plays: [
        (stage) => [
          stage.client('a').asks('/p'),
          stage.view.answers({ fields: cc('max-age=60') }),
          stage.client('a').gets({ age: undefined }),
          stage.client('a').asks('/q'),
          stage.view.answers({ fields: cc('no-store') }),
          stage.client('a').gets({ age: undefined }),
        ],
      ],
    },
  ],
}

export const stale: Section = {
  title: 'RFC 9111 §4.2.4: stale pages',
  requirements: [
    {
      id: '4.2.4-prohibited',
      level: 'MUST NOT',
      says: 'A stale page is not used where a directive forbids it, also while the view cannot be reached.',
      plays: [
        'max-age=60, must-revalidate, stale-while-revalidate=60, stale-if-error=60',
        'max-age=60, proxy-revalidate, stale-while-revalidate=60, stale-if-error=60',
        's-maxage=60, stale-while-revalidate=60, stale-if-error=60',
      ].map((control) => (stage) => [
        ...makes(stage, { fields: cc(control) }),
        stage.time.passes('61s'),
        stage.client('b').asks('/p'),
        stage.view.receives(),
        stage.view.breaks(),
        stage.client('b').gets({ status: 502 }),
      ]),
    },
    {
      id: '4.2.4-allowed',
      level: 'MUST NOT',
      says: 'A stale page is not used unless something allows it: RFC 5861, or an option of the site.',
      plays: [
        (stage) => [
          ...makes(stage, { fields: cc('max-age=60') }),
          stage.time.passes('61s'),
          stage.client('b').asks('/p'),
          stage.view.breaks(),
          stage.client('b').gets({ status: 502 }),
          ...asksAgain(stage, {}, { status: 503 }),
        ],
      ],
    },
  ],
}
