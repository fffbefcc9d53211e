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

export const failing: Section = {
  title: 'RFC 5861 §4: stale-if-error',
  requirements: [
    {
      id: '5861-4-window',
      level: 'MAY',
      says: 'Within its window a stale page is used where the view answers 500, 502, 503 or 504, or nothing at all.',
      plays: [500, 502, 503, 504, undefined].map((status) => (stage) => [
        ...makes(stage, { fields: cc('max-age=60, stale-if-error=60') }),
        stage.time.passes('90s'),
        stage.client('b').asks('/p'),
        status === undefined ? stage.view.breaks() : stage.view.answers({ status }),
        stage.client('b').gets({ status: 200, body: 'page 1', age: 90 }),
      ]),
    },
    {
      id: '5861-4-others',
      level: 'policy',
      says: 'Other answers are the client’s, faults of the client above all.',
      plays: [400, 401, 404, 429, 501, 505].map((status) => (stage) => [
        ...makes(stage, { fields: cc('max-age=60, stale-if-error=60') }),
        stage.time.passes('90s'),
        ...asksAgain(stage, {}, { status }),
      ]),
      why: 'RFC 5861 names four statuses.',
    },
    {
      id: '5861-4-end',
      level: 'MUST NOT',
      says: 'After it the page is not used.',
      plays: [503, undefined].map((status) => (stage) => [
        ...makes(stage, { fields: cc('max-age=60, stale-if-error=30') }),
        stage.time.passes('90s'),
        stage.client('b').asks('/p'),
        status === undefined ? stage.view.breaks() : stage.view.answers({ status }),
        stage.client('b').gets({ status: status ?? 502 }),
      ]),
    },
    {
      id: '5861-4-well',
      level: 'MUST',
      says: 'A view that is well again is heard.',
      plays: [
        (stage) => [
          ...makes(stage, { fields: cc('max-age=60, stale-if-error=600') }),
          stage.time.passes('90s'),
          stage.client('b').asks('/p'),
          stage.view.answers({ status: 503 }),
          stage.client('b').gets({ body: 'page 1' }),
          stage.time.passes('10s'),
          ...asksAgain(stage, {}, { fields: cc('max-age=60') }, { body: 'page 3' }),
        ],
      ],
    },
    {
      id: '5861-4-pause',
      level: 'policy',
      says: 'For a few seconds after a failure the page is used without asking again.',
      plays: [
        (stage) => [
          ...makes(stage, { fields: cc('max-age=60, stale-if-error=600') }),
          stage.time.passes('90s'),
          stage.client('b').asks('/p'),
          stage.view.answers({ status: 503 }),
          stage.client('b').gets({ body: 'page 1' }),
          stage.time.passes('4s'),
          ...keeps(stage, { age: 94 }),
        ],
      ],
      why: 'A site that is down need not be asked by every visitor.',
    },
  ],
}
