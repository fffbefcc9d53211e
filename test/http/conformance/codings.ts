import { keeps, makes } from './idioms.ts'
import type { Play, Section } from './requirement.ts'

const PAGE = { 'Cache-Control': 'max-age=60', 'Content-Type': 'text/html', ETag: '"a"' }
const BODY = 'a page that is worth compressing, '.repeat(100)

/** A page is kept; a request with this Accept-Encoding gets it in this coding. */
function coded(accept: string | undefined, coding: string | undefined): Play {
  return (stage) => [
    ...makes(stage, { fields: PAGE, body: BODY }),
    stage.client('b').asks('/p', { fields: { 'Accept-Encoding': accept } }),
    stage.client('b').gets({
      status: 200,
      decoded: BODY,
      age: 0,
      fields: { 'content-encoding': coding, vary: /accept-encoding/i },
    }),
  ]
}

export const codings: Section = {
  title: 'RFC 9110 §8.4, §8.8.3 and §12.5.3: codings, with option compress',
  options: { compress: true },
  requirements: [
    {
      id: '12.5.3-accepted',
      level: 'MUST NOT',
      says: 'A client gets no coding that it does not accept.',
      plays: [
        coded('gzip', 'gzip'),
        coded('br', 'br'),
        coded('identity', undefined),
        coded('zstd', undefined),
        coded('gzip;q=0', undefined),
        coded('gzip;q=0, br', 'br'),
        coded('*;q=0, gzip', 'gzip'),
        coded('br;q=0.000, gzip;q=0.0', undefined),
      ],
    },
    {
      id: '12.5.3-weight',
      level: 'SHOULD',
      says: 'Of those that it accepts it gets the one that it weighs most.',
      plays: [
        coded('gzip;q=0.5, br;q=0.9', 'br'),
        coded('gzip, br;q=0.9', 'gzip'),
        coded('GZIP;Q=1, br;q=0.1', 'gzip'),
      ],
    },
    {
      id: '12.5.3-none',
      level: 'policy',
      says: 'One that says nothing gets the page as it is.',
      plays: [coded(undefined, undefined), coded('', undefined)],
      why: 'RFC 9110 lets a server choose for the first. Who does not say that it can read a coding often cannot.',
    },
    {
      id: '8.8.3-strong',
      level: 'MUST',
      says: 'Each coding has a tag of its own, and a client that has it is told so.',
      plays: [
        (stage) => [
          ...makes(stage, { fields: PAGE, body: BODY }),
          stage.client('b').asks('/p', { fields: { 'Accept-Encoding': 'gzip' } }),
          stage.client('b').gets({ status: 200, fields: { etag: /^"(?!a"$)[^"]+"$/ } }),
          ...keeps(
            stage,
            { status: 304, body: '' },
            {
              fields: { 'Accept-Encoding': 'gzip', 'If-None-Match': stage.client('b').saw('etag') },
            },
          ),
          ...keeps(stage, { status: 304, body: '' }, { fields: { 'If-None-Match': '"a"' } }),
        ],
      ],
    },
    {
      id: '5.2.2.6-transform',
      level: 'MUST NOT',
      says: 'A page with `no-transform` is not compressed.',
      plays: [
        (stage) => [
          ...makes(stage, {
            fields: { ...PAGE, 'Cache-Control': 'max-age=60, no-transform' },
            body: BODY,
          }),
          ...keeps(
            stage,
            { body: BODY, fields: { 'content-encoding': undefined } },
            { fields: { 'Accept-Encoding': 'gzip' } },
          ),
        ],
      ],
    },
  ],
}
