import { date } from '../scenario/fields.ts'
import { asksAgain, keeps, makes } from './idioms.ts'
import type { Section } from './requirement.ts'

const cc = (value: string) => ({ 'Cache-Control': value })

export const revalidating: Section = {
  title: 'RFC 5861 §3: stale-while-revalidate',
  requirements: [
    {
      id: '5861-3-window',
      level: 'MAY',
      says: 'Within its window a stale page is used at once, while one request has it made anew.',
      plays: [
        (stage) => [
          ...makes(stage, { fields: cc('max-age=60, stale-while-revalidate=30') }),
          stage.time.passes('75s'),
          ...keeps(stage, { age: 75, fields: { date: date(-75) } }),
          stage.view.receives(),
          ...keeps(stage, { age: 75 }),
          stage.view.answers({ fields: cc('max-age=60') }),
          stage.store.settles(),
          ...keeps(stage, { body: 'page 2', age: 0 }),
        ],
      ],
    },
    {
      id: '5861-3-end',
      level: 'MUST NOT',
      says: 'After it the page is not used.',
      plays: [
        (stage) => [
          ...makes(stage, { fields: cc('max-age=60, stale-while-revalidate=30') }),
          stage.time.passes('89s'),
          ...keeps(stage, { age: 89 }),
          stage.view.receives(),
          stage.view.breaks(),
          stage.store.settles(),
          stage.time.passes('1s'),
          ...asksAgain(stage),
        ],
        (stage) => [
          ...makes(stage, { fields: cc('max-age=60, stale-while-revalidate=0') }),
          stage.time.passes('60s'),
          ...asksAgain(stage),
        ],
        (stage) => [
          ...makes(stage, { fields: cc('max-age=60, stale-while-revalidate=x') }),
          stage.time.passes('60s'),
          ...asksAgain(stage),
        ],
      ],
    },
    {
      id: '5861-3-refused',
      level: 'MUST NOT',
      says: 'What the new answer forbids to keep is not used after it.',
      plays: [
        (stage) => [
          ...makes(stage, { fields: cc('max-age=60, stale-while-revalidate=3600') }),
          stage.time.passes('61s'),
          ...keeps(stage),
          stage.view.receives(),
          stage.view.answers({ fields: cc('no-store') }),
          stage.store.settles(),
          ...asksAgain(stage),
        ],
      ],
    },
  ],
}
