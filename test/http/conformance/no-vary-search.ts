import { asksAgain, keeps, makes } from './idioms.ts'
import type { Play, Section } from './requirement.ts'

const said = (value: string) => ({
  'Cache-Control': 'max-age=60',
  'No-Vary-Search': value,
})

/** A page made for one query, when the path has been heard once; another query gets it, or one of its own. */
function query(value: string, made: string, asked: string, same: boolean): Play {
  return (stage) => [
    ...makes(stage, { fields: said(value) }, { target: '/p?first' }),
    ...makes(stage, { fields: said(value) }, { target: `/p${made}` }),
    ...(same
      ? keeps(stage, { body: 'page 2' }, { target: `/p${asked}` })
      : asksAgain(stage, { target: `/p${asked}` })),
  ]
}

export const noVarySearch: Section = {
  title: 'No-Vary-Search (draft-ietf-httpbis-no-vary-search)',
  requirements: [
    {
      id: 'nvs-default',
      level: 'MUST NOT',
      says: 'Without it every difference of the query is another page.',
      plays: [
        query('', '?a=1', '?a=2', false),
        query('key-order=?0', '?a=1&b=2', '?b=2&a=1', false),
        query('params=?0', '?a=1', '?', false),
      ],
    },
    {
      id: 'nvs-order',
      level: 'MAY',
      says: 'With `key-order` the order of parameters makes no difference; that of equal names does.',
      plays: [
        query('key-order', '?a=1&b=2', '?b=2&a=1', true),
        query('key-order', '?a=1&a=2', '?a=2&a=1', false),
        query('key-order', '?a=1&b=2', '?b=2&a=3', false),
      ],
    },
    {
      id: 'nvs-params',
      level: 'MAY',
      says: 'With `params` the parameters that it lists make none, or all of them.',
      plays: [
        query('params=("utm" "ref")', '?a=1&utm=x', '?ref=y&a=1', true),
        query('params=("utm")', '?a=1&utm=x', '?a=2&utm=x', false),
        query('params=("utm")', '?a=1', '?a=1&UTM=x', false),
        query('params', '?a=1', '', true),
      ],
    },
    {
      id: 'nvs-except',
      level: 'MAY',
      says: 'With `params, except` all but the listed ones make none.',
      plays: [
        query('params, except=("a")', '?a=1&b=2', '?c=3&a=1', true),
        query('params, except=("a")', '?a=1&b=2', '?a=2&b=2', false),
      ],
    },
    {
      id: 'nvs-decoded',
      level: 'MUST',
      says: 'Names and values are compared when decoded.',
      plays: [
        query('key-order', '?%61=1&b=2', '?b=2&a=1', true),
        query('params=("a+b")', '?a%20b=1', '?a+b=2', true),
      ],
    },
    {
      id: 'nvs-invalid',
      level: 'MUST',
      says: 'One that cannot be read has no effect.',
      plays: [
        query('params=utm', '?a=1&utm=x', '?a=1&utm=y', false),
        query('params=(utm)', '?a=1&utm=x', '?a=1&utm=y', false),
        query('except=("a")', '?a=1&b=1', '?a=1&b=2', false),
        query('params=("utm"), &&&', '?a=1&utm=x', '?a=1&utm=y', false),
      ],
    },
    {
      id: 'nvs-heard',
      level: 'MUST NOT',
      says: 'It has no effect before a page of the path has said it.',
      plays: [
        (stage) => [
          ...makes(stage, { fields: { 'Cache-Control': 'max-age=60' } }, { target: '/p?utm=1' }),
          ...asksAgain(stage, { target: '/p?utm=2' }, { fields: said('params=("utm")') }),
        ],
      ],
    },
    {
      id: 'nvs-own',
      level: 'MUST NOT',
      says: 'It speaks of the page that says it: a page that does not is for its own query alone.',
      plays: [
        (stage) => [
          ...makes(stage, { fields: said('params=("utm")') }, { target: '/p?utm=1' }),
          ...asksAgain(
            stage,
            { target: '/p?a=1&utm=2' },
            { fields: { 'Cache-Control': 'max-age=60' } },
          ),
          ...asksAgain(stage, { target: '/p?a=1&utm=3' }),
        ],
      ],
    },
  ],
}
