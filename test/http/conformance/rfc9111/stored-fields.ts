import { keeps, makes } from '../idioms.ts'
import type { Section } from '../requirement.ts'

const MINUTE = { 'Cache-Control': 'max-age=60' }

const END_TO_END: Readonly<Record<string, string>> = {
  'X-Unknown': 'a; b="c, d"',
  'Content-Type': 'text/plain; charset=iso-8859-1',
  'Content-Language': 'de, en',
  'Content-Location': '/other',
  'Content-MD5': 'rL0Y20zC+Fzt72VPzMSk2A==',
  'Content-Security-Policy': "default-src 'self'",
  'Content-Disposition': 'attachment; filename="a.txt"',
  'Content-Range': 'has no meaning here',
  'Clear-Site-Data': '"cookies"',
  'Access-Control-Allow-Origin': '*',
  'Last-Modified': 'Wed, 31 Dec 2025 00:00:00 GMT',
  'Strict-Transport-Security': 'max-age=1',
  'X-Frame-Options': 'deny',
  Expires: 'Fri, 01 Jan 2027 00:00:00 GMT',
  ETag: 'W/"a"',
  Link: '</a.css>; rel=preload',
  'X-Latin': 'caf\u00e9',
  'X-Empty': '',
}

const OF_THE_CONNECTION: Readonly<Record<string, string>> = {
  'Keep-Alive': 'timeout=5',
  'Proxy-Authenticate': 'Basic realm="a"',
  'Proxy-Authentication-Info': 'a',
  'Proxy-Authorization': 'Basic a',
  'Proxy-Connection': 'keep-alive',
  TE: 'trailers',
  Trailer: 'X-A',
  'Transfer-Encoding': 'odd',
  Upgrade: 'h2c',
}

export const fields: Section = {
  title: 'RFC 9111 §3.1 and §3.2: stored fields',
  requirements: [
    {
      id: '3.1-all',
      level: 'MUST',
      says: 'All fields are kept, also those that the cache does not know, with their values as they were.',
      plays: Object.entries(END_TO_END).map(([name, value]) => (stage) => [
        ...makes(stage, { fields: { ...MINUTE, [name]: value } }),
        ...keeps(stage, { fields: { [name]: value } }),
      ]),
    },
    {
      id: '3.1-repeated',
      level: 'MUST',
      says: 'Lines of one name are all kept, in their order.',
      plays: [
        (stage) => [
          ...makes(stage, {
            fields: { ...MINUTE, Link: ['<a>', '<b>'], 'X-Two': ['1', '2', '1'] },
          }),
          ...keeps(stage, { fields: { link: '<a>, <b>', 'x-two': '1, 2, 1' } }),
        ],
      ],
    },
    {
      id: '3.1-connection',
      level: 'MUST NOT',
      says: 'Connection and the fields that it names are not kept.',
      plays: [
        (stage) => [
          ...makes(stage, {
            fields: { ...MINUTE, Connection: 'close, A, b', a: '1', B: '2', c: '3' },
          }),
          ...keeps(stage, { fields: { a: undefined, b: undefined, c: '3' } }),
        ],
      ],
    },
    {
      id: '3.1-hop-by-hop',
      level: 'MUST NOT',
      says: 'Fields of one connection, and those that speak to a proxy, are not kept.',
      plays: Object.entries(OF_THE_CONNECTION).map(([name, value]) => (stage) => [
        ...makes(stage, { fields: { ...MINUTE, [name]: value } }),
        ...keeps(stage, { fields: { [name]: undefined } }),
      ]),
    },
    {
      id: '3.1-date',
      level: 'MUST',
      says: 'A response that came without Date is given one when it is kept (RFC 9110 §6.6.1).',
      plays: [
        (stage) => [
          ...makes(stage, { fields: { ...MINUTE, Date: undefined } }),
          ...keeps(stage, { fields: { date: 'Thu, 01 Jan 2026 00:00:00 GMT' } }),
        ],
      ],
    },
  ],
}
