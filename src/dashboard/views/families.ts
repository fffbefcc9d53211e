import type { FamilyMeasures, Measures } from '../../base/measures.ts'
import { html, type Html, type Piece } from '../markup.ts'
import { hitRateOf } from '../../metrics/hit-rate-of.ts'
import { merged } from '../../metrics/merged.ts'
import { readsOf } from '../totals.ts'
import { bytes, count, duration } from '../words.ts'
import { type Ask, aliasOf, given } from './ask.ts'
import { sparkline } from './chart.ts'
import { aliasChips, code, empty, link, shareBar, table } from './parts.ts'

interface Row {
  readonly alias: string
  readonly family: FamilyMeasures
}

const SORTS: Readonly<Record<string, (family: FamilyMeasures) => number>> = {
  reads: readsOf,
  rate: (family) => hitRateOf(family) ?? -1,
  loads: ({ loads }) => loads,
  saved: ({ savedMs }) => savedMs,
  load: meanLoad,
  size: meanBytes,
  stores: ({ stores }) => stores,
}

const NONE = empty(
  'No families yet',
  html`A family is what keys have in common: <code>product:7</code> and <code>product:8</code> are
    of <code>product:*</code>. They appear with the first reads; join the parts of your keys with
    <code>:</code>, or give lists such as <code>['product', id]</code>.`,
)

export function families(ask: Ask): Html {
  const { board, params } = ask
  const alias = aliasOf(ask)
  const filter = given(params, 'filter')
  const sort = params.get('sort') ?? 'reads'
  const by = SORTS[sort] ?? readsOf
  const rows = rowsOf(board.measures, alias)
    .filter(
      ({ family }) =>
        filter === undefined || family.family.toLowerCase().includes(filter.toLowerCase()),
    )
    .toSorted((a, b) => by(b.family) - by(a.family))
  const kept = { alias, filter }
  return html` <div class="heading">
      <h1>Key families</h1>
      <div class="choices">${aliasChips(ask, 'families', { filter, sort })}</div>
    </div>
    <form class="bar" method="get" action="families" role="search">
      ${alias !== undefined && html`<input type="hidden" name="alias" value="${alias}" />`}
      <input type="hidden" name="sort" value="${sort}" />
      <label class="field grow"
        ><span>Filter</span
        ><input
          name="filter"
          value="${filter ?? ''}"
          placeholder="product"
          autocomplete="off"
          spellcheck="false"
          data-filter
      /></label>
      <button>Filter</button>
    </form>
    ${
      rows.length === 0
        ? filter === undefined
          ? NONE
          : empty('No family matches', html`Nothing here has ${code(filter)} in its name.`)
        : html`<div class="panel">
            ${table(
              'Key families',
              [
                { title: 'Family' },
                { title: 'Last 15 min', wide: true },
                { title: 'Reads', number: true, sort: 'reads' },
                { title: 'Hit rate', sort: 'rate' },
                { title: 'Loads', number: true, sort: 'loads' },
                { title: 'A load takes', number: true, sort: 'load' },
                { title: 'Time saved', number: true, sort: 'saved' },
                { title: 'A value has', number: true, sort: 'size', wide: true },
                { title: 'Stored', number: true, sort: 'stores', widest: true },
                { title: 'TTL', number: true, widest: true },
              ],
              rows.map((row) => cells(ask, row)),
              { by: sort, href: (name) => link('families', { ...kept, sort: name }) },
            )}
          </div>`
    }`
}

function cells(ask: Ask, { alias, family }: Row): readonly Piece[] {
  return [
    familyName(ask, alias, family.family),
    sparkline(ask.board.series.familyLine(alias, family.family)),
    count(readsOf(family)),
    shareBar(hitRateOf(family)),
    loadsOf(family),
    duration(meanLoad(family)),
    duration(family.savedMs),
    family.sized === 0 ? '–' : bytes(meanBytes(family)),
    count(family.stores),
    duration(family.ttlMs),
  ]
}

function loadsOf({ loadErrors, loads }: FamilyMeasures): Piece {
  if (loadErrors === 0) return count(loads)
  return html`${count(loads)} <small class="worse">${count(loadErrors)} failed</small>`
}

function familyName(ask: Ask, alias: string, family: string): Html {
  const { board } = ask
  const shown = board.settings.redaction.key(alias, family)
  const several = board.aliases.length > 1 && html` <small>${alias}</small>`
  if (family === '(others)' || shown !== family) return html`${code(shown)}${several}`
  return html`<a href="${link('keys', { alias, pattern: family })}">${code(family)}</a>${several}`
}

/** The most read, for the first page. */
export function busiest(ask: Ask, measures: readonly Measures[], most: number): Html {
  const rows = rowsOf(measures, undefined)
    .toSorted((a, b) => readsOf(b.family) - readsOf(a.family))
    .slice(0, most)
  if (rows.length === 0) return NONE
  return table(
    'Busiest families',
    [
      { title: 'Family' },
      { title: 'Last 15 min', wide: true },
      { title: 'Reads', number: true },
      { title: 'Hit rate' },
    ],
    rows.map(({ alias, family }) => [
      familyName(ask, alias, family.family),
      sparkline(ask.board.series.familyLine(alias, family.family)),
      count(readsOf(family)),
      shareBar(hitRateOf(family)),
    ]),
  )
}

/** Of several processes, those of one alias together. */
function rowsOf(measures: readonly Measures[], alias: string | undefined): readonly Row[] {
  const names = new Set(measures.map((each) => each.alias))
  return [...names].flatMap((name) => {
    if (alias !== undefined && name !== alias) return []
    const all = merged(measures.filter((each) => each.alias === name))
    return (all?.families ?? []).map((family) => ({ alias: name, family }))
  })
}

function meanLoad({ loadMs, loads }: FamilyMeasures): number {
  return loads === 0 ? Number.NaN : loadMs / loads
}

function meanBytes({ bytes, sized }: FamilyMeasures): number {
  return sized === 0 ? 0 : bytes / sized
}
