import { type Ask, type Attack, BOB, type Hazard, MALLORY } from '../attack.ts'
import { secretly } from '../asking.ts'
import { honest, PAGE, whole } from './page.ts'

/** Answers a range by hand, as file servers do. */
const ranging: Attack['view'] = (call) => {
  const range = /^bytes=(\d+)-(\d+)$/.exec(call.header('range') ?? '')
  if (range === null) return { fields: [['Accept-Ranges', 'bytes']], body: PAGE }
  const [from, to] = [Number(range[1]), Number(range[2])]
  return {
    status: 206,
    fields: [['Content-Range', `bytes ${from}-${to}/${PAGE.length}`]],
    body: PAGE.slice(from, to + 1),
  }
}

const range = (value: string, ...more: (readonly [string, string])[]): Ask => {
  return { as: MALLORY, headers: [['Range', value], ...more] }
}

export const ranges: Hazard = {
  title: 'ranges',
  harm: 'a part of a page is kept and given as the whole',
  attacks: [
    {
      name: 'a range comes first',
      view: (call) => (secretly(call, 'range') === 'nothing' ? { body: PAGE } : ranging(call)),
      asks: [range('bytes=0-3'), honest],
      exact: true,
      provoked: true,
    },
    ...(
      [
        ['206 without being asked', 206, [['Content-Range', 'bytes 0-9/40']]],
        ['206 without its range', 206, []],
        ['a range that is called 200', 200, [['Content-Range', 'bytes 0-9/40']]],
        ['parts of a multipart', 206, [['Content-Type', 'multipart/byteranges; boundary=x']]],
        ['416', 416, [['Content-Range', 'bytes */40']]],
      ] as const
    ).map(
      ([name, status, fields]) =>
        ({
          name,
          view: (call) => {
            if (secretly(call, 'x-who') === 'nothing') return { body: PAGE }
            return { status, fields, body: PAGE.slice(0, 10) }
          },
          asks: [{ as: MALLORY, headers: [['X-Who', MALLORY]] }, honest],
          exact: true,
          provoked: true,
        }) satisfies Attack,
    ),
    ...[
      'bytes=0-',
      'bytes=-0',
      'bytes=5-2',
      'bytes=0-0,2-2,4-4',
      'chars=0-3',
      'bytes=',
      'bytes=99-',
      '*',
    ].map((value) => ({
      name: `Range: ${value}`,
      view: whole,
      asks: [honest, range(value), { as: BOB }],
      exact: true,
    })),
    {
      name: 'If-Range with a validator of another page',
      view: whole,
      asks: [honest, range('bytes=0-3', ['If-Range', '"evil"']), { as: BOB }],
      exact: true,
    },
    {
      name: 'a thousand ranges',
      view: whole,
      asks: [
        honest,
        range(`bytes=${Array.from({ length: 1000 }, (_, n) => `${n}-${n}`).join(',')}`),
        { as: BOB },
      ],
      exact: true,
    },
  ],
}
