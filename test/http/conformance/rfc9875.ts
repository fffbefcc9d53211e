import { asksAgain, keeps, makes } from './idioms.ts'
import type { Play, Section } from './requirement.ts'

const MINUTE = { 'Cache-Control': 'max-age=60' }

/** A page in these groups; a write elsewhere that names those. */
function groups(
  inGroups: string | readonly string[],
  named: string | readonly string[],
  outcome: 'drops' | 'leaves',
  { method = 'POST', status = 200, host = 'site.test' } = {},
): Play {
  return (stage) => [
    ...makes(stage, { fields: { ...MINUTE, 'Cache-Groups': inGroups } }),
    ...asksAgain(
      stage,
      { target: '/write', method, fields: { Host: host } },
      { status, fields: { 'Cache-Group-Invalidation': named } },
    ),
    ...(outcome === 'drops' ? asksAgain(stage) : keeps(stage)),
  ]
}

const MANY = Array.from({ length: 32 }, (_, index) => `"${String(index).padEnd(32, 'x')}"`)

export const cacheGroups: Section = {
  title: 'RFC 9875: Cache-Groups',
  requirements: [
    {
      id: '9875-3-drop',
      level: 'MUST',
      says: 'An answer to a write that names a group drops all pages in it.',
      plays: [
        groups('"a"', '"a"', 'drops'),
        groups('"a", "b"', '"b"', 'drops'),
        groups('"a"', '"b", "a"', 'drops'),
        groups(['"a"', '"b"'], ['"c"', '"b"'], 'drops'),
        groups('"a";x=1', '"a";y=2', 'drops'),
        groups('"a \\"b\\" c"', '"a \\"b\\" c"', 'drops'),
      ],
    },
    {
      id: '9875-2-compare',
      level: 'MUST',
      says: 'Groups are compared as they are written.',
      plays: [
        groups('"a"', '"A"', 'leaves'),
        groups('"a"', '"a "', 'leaves'),
        groups('"a"', '"b"', 'leaves'),
        groups('"a, b"', '"a"', 'leaves'),
      ],
    },
    {
      id: '9875-3-safe',
      level: 'MUST',
      says: 'On answers to safe methods the names mean nothing.',
      plays: [
        groups('"a"', '"a"', 'leaves', { method: 'GET' }),
        groups('"a"', '"a"', 'leaves', { method: 'OPTIONS' }),
      ],
    },
    {
      id: '9875-3-failed',
      level: 'policy',
      says: 'Nor do they on a write that failed.',
      plays: [groups('"a"', '"a"', 'leaves', { status: 500 })],
      why: 'As RFC 9111 §4.4 has it for addresses.',
    },
    {
      id: '9875-2-size',
      level: 'MUST',
      says: 'At least 32 groups of at least 32 characters are heard.',
      plays: [groups(MANY.join(', '), MANY.at(-1) as string, 'drops')],
    },
    {
      id: '9875-2-forwarded',
      level: 'policy',
      says: 'The fields go out as the view wrote them, for caches outside.',
      plays: [
        (stage) => [
          ...makes(stage, { fields: { ...MINUTE, 'Cache-Groups': '"a", "b"' } }),
          ...keeps(stage, { fields: { 'cache-groups': '"a", "b"' } }),
        ],
      ],
      why: 'A CDN in front can drop them by the same names.',
    },
    {
      id: '9875-3-cascade',
      level: 'MUST NOT',
      says: 'Dropping a page does not drop what shares another group with it.',
      plays: [
        (stage) => [
          ...makes(stage, { fields: { ...MINUTE, 'Cache-Groups': '"a"' } }),
          ...asksAgain(
            stage,
            { target: '/q' },
            { fields: { ...MINUTE, 'Cache-Groups': '"a", "b"' } },
          ),
          ...asksAgain(
            stage,
            { target: '/write', method: 'POST' },
            { fields: { 'Cache-Group-Invalidation': '"b"' } },
          ),
          ...asksAgain(stage, { target: '/q' }),
          ...keeps(stage),
        ],
      ],
    },
    {
      id: '9875-2-origin',
      level: 'policy',
      says: 'Tags of the application are groups, and a group of one host is a tag for all that share the cache.',
      plays: [groups('"a"', '"a"', 'drops', { host: 'other.test' })],
      why: 'RFC 9875 keeps groups of different origins apart. Here the hosts that share a cache are one site: a page too many is made anew, and no old one stays.',
    },
  ],
}
