import { asksAgain, keeps, makes } from '../idioms.ts'
import type { Play, Section } from '../requirement.ts'
import type { Said } from '../../scenario/view.ts'

const MINUTE = { 'Cache-Control': 'max-age=60' }

/** A page is made at `page`; a write at `at` is answered; then the page is there, or made again. */
function write(
  method: string,
  said: Said,
  outcome: 'drops' | 'leaves',
  {
    at = '/p',
    page = '/p',
    headers = {},
  }: { at?: string; page?: string; headers?: Record<string, string> } = {},
): Play {
  return (stage) => {
    const { client, view } = stage
    return [
      ...makes(stage, { fields: MINUTE }, { target: page }),
      client('b').asks(at, { method, body: 'a=1', fields: headers }),
      view.receives({ method, target: at }),
      view.answers(said),
      client('b').gets({ status: said.status ?? 200 }),
      ...(outcome === 'drops'
        ? asksAgain(stage, { target: page })
        : keeps(stage, {}, { target: page })),
    ]
  }
}

const UNSAFE = ['POST', 'PUT', 'PATCH', 'DELETE', 'M-SEARCH']

export const invalidation: Section = {
  title: 'RFC 9111 §4.4: invalidation',
  requirements: [
    {
      id: '4.4-target',
      level: 'MUST',
      says: 'A write that succeeds, or redirects, drops the pages of its address.',
      plays: [
        ...UNSAFE.map((method) => write(method, {}, 'drops')),
        ...[201, 204, 301, 303].map((status) => write('POST', { status }, 'drops')),
      ],
    },
    {
      id: '4.4-variants',
      level: 'MUST',
      says: 'All variants of them.',
      plays: [
        (stage) => {
          const fields = { ...MINUTE, Vary: 'X-A' }
          return [
            ...makes(stage, { fields }, { fields: { 'X-A': '1' } }),
            ...asksAgain(stage, { fields: { 'X-A': '2' } }, { fields }),
            ...asksAgain(stage, { method: 'POST' }, { status: 204 }),
            ...asksAgain(stage, { fields: { 'X-A': '1' } }, { fields }),
            ...asksAgain(stage, { fields: { 'X-A': '2' } }, { fields }),
          ]
        },
      ],
    },
    {
      id: '4.4-failed',
      level: 'SHOULD NOT',
      says: 'A write that fails drops nothing.',
      plays: [400, 404, 409, 500, 503].flatMap((status) => [
        write('POST', { status }, 'leaves'),
        write('DELETE', { status, fields: { Location: '/p' } }, 'leaves', { at: '/q' }),
      ]),
    },
    {
      id: '4.4-safe',
      level: 'MUST NOT',
      says: 'Safe methods drop nothing.',
      plays: [write('OPTIONS', {}, 'leaves'), write('TRACE', {}, 'leaves')],
    },
    {
      id: '4.4-location',
      level: 'MAY',
      says: 'So does what its Location and Content-Location name on the same host, written in any way.',
      plays: UNSAFE.slice(0, 4).flatMap((method) => [
        write(method, { status: 201, fields: { Location: '/p' } }, 'drops', { at: '/q' }),
        write(method, { fields: { 'Content-Location': 'p' } }, 'drops', { at: '/q' }),
        write(method, { fields: { Location: 'http://site.test/p' } }, 'drops', { at: '/q' }),
        write(method, { fields: { Location: '/p?a=1#b' } }, 'drops', { at: '/q', page: '/p?a=1' }),
      ]),
    },
    {
      id: '4.4-origin',
      level: 'MUST NOT',
      says: 'What they name on another host is left alone.',
      plays: [
        write('POST', { fields: { Location: 'http://other.test/p' } }, 'leaves', { at: '/q' }),
        write('POST', { fields: { 'Content-Location': '//other.test/p' } }, 'leaves', { at: '/q' }),
        write('POST', { fields: { Location: 'http://site.test:81/p' } }, 'leaves', { at: '/q' }),
        write('POST', { fields: { Location: 'http://[/p' } }, 'leaves', { at: '/q' }),
      ],
    },
    {
      id: '4.4-others',
      level: 'policy',
      says: 'Other pages stay: another query, another path, another host.',
      plays: [
        write('POST', {}, 'leaves', { at: '/p?a=1' }),
        write('POST', {}, 'leaves', { at: '/p/' }),
        write('POST', {}, 'leaves', { headers: { Host: 'other.test' } }),
      ],
      why: 'What else a write has changed the application says with tags.',
    },
    {
      id: '4.4-overtaken',
      level: 'policy',
      says: 'A page that was being made while its address was written to is not kept.',
      plays: [
        (stage) => {
          const { client, view } = stage
          return [
            client('a').asks('/p'),
            view.begins({ fields: MINUTE, body: 'old ' }),
            client('a').has('old '),
            client('b').asks('/p', { method: 'POST' }),
            view.receives({ method: 'POST' }),
            view.ends(),
            client('a').gets({ body: 'old ' }),
            view.answers(),
            client('b').gets({ status: 200 }),
            ...asksAgain(stage),
          ]
        },
        (stage) => {
          const { client, store, view } = stage
          return [
            store.holds('write'),
            client('a').asks('/p'),
            view.answers({ fields: MINUTE }),
            client('a').gets({ body: 'page 1' }),
            store.isHolding('write'),
            client('b').asks('/p', { method: 'POST' }),
            view.answers(),
            client('b').gets({ status: 200 }),
            store.releases('write'),
            ...asksAgain(stage),
          ]
        },
      ],
      why: 'RFC 9111 speaks of stored responses only. Every cache that was measured kept the old page here.',
    },
    {
      id: '4.4-before-answer',
      level: 'policy',
      says: 'The answer to a write is given when its pages are dropped, not before.',
      plays: [
        (stage) => {
          const { client, store, view } = stage
          return [
            ...makes(stage, { fields: MINUTE }),
            store.holds('drop'),
            client('b').asks('/p', { method: 'POST' }),
            view.answers(),
            store.isHolding('drop'),
            store.releases('drop'),
            client('b').gets({ status: 200 }),
            ...asksAgain(stage),
          ]
        },
      ],
      why: 'Whoever is redirected to the page that he has changed must see the change.',
    },
  ],
}
