import { asksAgain, keeps, makes, notKept } from './idioms.ts'
import type { Section } from './requirement.ts'

const MINUTE = { 'Cache-Control': 'max-age=60' }

export const messages: Section = {
  title: 'RFC 9110 §7 to §9: messages on their way',
  requirements: [
    {
      id: '7.6.1-connection',
      level: 'MUST',
      says: 'What speaks of one connection goes no further, in either direction.',
      plays: [
        (stage) => [
          stage.client('a').asks('/p', {
            fields: { Connection: 'close, X-A', 'X-A': '1', TE: 'trailers', 'X-B': '2' },
          }),
          stage.view.receives({ fields: { 'x-a': undefined, te: undefined, 'x-b': '2' } }),
          stage.view.answers({ fields: { Connection: 'close, X-C', 'X-C': '3', 'X-D': '4' } }),
          stage.client('a').gets({ fields: { 'x-c': undefined, 'x-d': '4' } }),
        ],
      ],
    },
    {
      id: '7.6.3-via',
      level: 'MUST',
      says: 'A gateway adds itself to Via of requests.',
      plays: [
        (stage) => [
          stage.client('a').asks('/p', { fields: { Via: '1.0 fred' } }),
          stage.view.receives({ fields: { via: '1.0 fred, 1.1 breakwater' } }),
          stage.view.answers(),
          stage.client('a').gets({ fields: { via: undefined } }),
        ],
      ],
      why: 'It may add itself to answers, too (MAY): they name no product here.',
    },
    {
      id: '9.3.2-head',
      level: 'MUST',
      says: 'HEAD is answered without a body, and never fills what GET gets.',
      plays: [
        (stage) => [
          stage.client('a').asks('/p', { method: 'HEAD' }),
          stage.view.receives({ method: 'HEAD' }),
          stage.view.answers({ fields: { ...MINUTE, 'Content-Length': '6' } }),
          stage.client('a').gets({ status: 200, body: '' }),
          ...asksAgain(stage, {}, { fields: MINUTE }, { body: 'page 2' }),
          ...keeps(stage, { status: 200, body: '' }, { method: 'HEAD' }),
        ],
      ],
    },
    {
      id: '9.3.1-body',
      level: 'SHOULD NOT',
      says: 'A GET with a body is the view’s: what answers it is kept for nobody.',
      plays: [notKept(MINUTE, {}, { body: 'mine' }), notKept(MINUTE, { body: 'mine' }, {})],
    },
    {
      id: '15-reason',
      level: 'MAY',
      says: 'What an answer is, its status says, also from the cache.',
      plays: [
        (stage) => [
          ...makes(stage, { status: 410, fields: MINUTE }),
          ...keeps(stage, { status: 410 }),
        ],
      ],
    },
  ],
}
