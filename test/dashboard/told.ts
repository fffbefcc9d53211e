// What others tell the dashboard, and what strangers leave in a cache.
import type { Finding, SeenRequest } from '../../src/dashboard/index.ts'
import { START } from './stage.ts'

export const REQUESTS: readonly SeenRequest[] = [
  request('GET', '/product/7?ref=mail', 200, 2.1, [6, 0, 0]),
  request('GET', '/category/kitchen', 200, 3.4, [11, 0, 0]),
  {
    ...request('GET', '/search?q=knife', 200, 184, [44, 2, 2]),
    repeats: [{ alias: 'default', name: 'product:*', count: 40 }],
  },
  request('POST', '/cart', 303, 12, [3, 0, 0]),
  request('GET', '/account', 200, 31, [5, 1, 1]),
].map((each, at) => ({ ...each, startedAt: START - at * 1300 }))

function request(
  method: string,
  url: string,
  status: number,
  durationMs: number,
  [hits, misses, loads]: readonly [number, number, number],
): SeenRequest {
  const cacheMs = durationMs * 0.6
  return { method, url, status, startedAt: START, durationMs, cacheMs, hits, misses, loads }
}

export const FINDINGS: readonly Finding[] = [
  {
    code: 'written-more-than-read',
    severity: 'warning',
    alias: 'default',
    family: 'cart:*',
    title: 'A family that is hardly read again',
    evidence:
      'Of 140,080 reads of `cart:*` 34 % were hits: most values are replaced before anybody reads them.',
    remedy: 'Leave carts out of the cache, or keep them longer with `ttl`.',
    link: 'docs/advice.md#written-more-than-read',
  },
]

/** What it is, a key, a value and a tag. */
export const HOSTILE: readonly (readonly [string, string, unknown, string])[] = [
  [
    'markup',
    '<img src=x onerror="globalThis.ran=1">',
    '<script>globalThis.ran=1</script><b>bold</b>',
    '<svg onload="globalThis.ran=1">',
  ],
  [
    'what ends an attribute',
    `"'><script>globalThis.ran=1</script>`,
    { [`"><img src=x onerror=ran=1>`]: '</pre><iframe src="javascript:ran=1">' },
    `'"><b>`,
  ],
  [
    'what ends a comment, a template, a stream',
    '--><!--${7*7}{{7*7}}\ndata: x\n\n',
    ']]></style><style>*{display:none}</style>',
    'a-->b',
  ],
  ['a megabyte', `long:${'y'.repeat(200)}`, '<i>'.repeat(330_000), 't'.repeat(200)],
  [
    'controls, bells and colours',
    'a\u0000\u0007\u001b[31mred\u009b',
    '\u0008\u0008\u001b]0;title\u0007',
    'tag\u0001',
  ],
  ['text from right to left', 'שלום\u202e\u2066gnp.exe', '\u202eevil\u2069 العربية', 'تاج\u200f'],
  [
    'halves of characters and none at all',
    'a\ufeff\u200b',
    ['\ud83d', '\u{e0041}', '\u2028'],
    'ok',
  ],
]
