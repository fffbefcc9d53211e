// The pieces that all pages are made of.
import { html, type Html, type Piece } from '../markup.ts'
import { cut, visibleLine } from '../visible.ts'
import { percent } from '../words.ts'
import { type Ask, aliasOf } from './ask.ts'

/** Relative, so that it works wherever the dashboard is mounted. */
export function link(
  page: string,
  params: Readonly<Record<string, string | undefined>> = {},
): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(params))
    if (value !== undefined) query.set(name, value)
  const text = query.toString()
  return `${page === '' ? './' : page}${text === '' ? '' : `?${text}`}`
}

/** A key, a tag, a path: somebody else's text, on one line and in a direction of its own. */
export function code(text: string, most = 160): Html {
  const shown = visibleLine(cut(text, most))
  return html`<code
    class="name"
    ${text.length > most && html`title="${visibleLine(cut(text, 1000))}"`}
    ><bdi>${shown}</bdi></code
  >`
}

/** A key with a link to its page; without one where keys are secret. */
export function keyLink({ board }: Ask, alias: string, key: string, most = 90): Html {
  const { redaction } = board.settings
  if (redaction.hidesAlias(alias)) return code(redaction.key(alias, key))
  if (key.includes('*') || key === '(others)') return code(key, most)
  return html`<a href="${link('key', { alias, key })}">${code(key, most)}</a>`
}

/** Sentences of ours, in which what stands between backticks is code. */
export function prose(text: string): Html {
  const parts = visibleLine(text).split(/`([^`]+)`/)
  return html`${parts.map((part, at) => (at % 2 === 1 ? html`<code class="name">${part}</code>` : part))}`
}

export function panel(title: string, body: Piece, aside?: Piece): Html {
  return html`<section class="panel">
    <header>
      <h2>${title}</h2>
      ${aside}
    </header>
    ${body}
  </section>`
}

/** What to do where there is nothing to see yet. */
export function empty(title: string, body: Piece): Html {
  return html`<div class="empty">
    <p class="empty-title">${title}</p>
    <p>${body}</p>
  </div>`
}

export function tile(name: string, value: string, note?: Piece): Html {
  return html`<div class="tile">
    <dt>${name}</dt>
    <dd>${value}</dd>
    ${note !== undefined && html`<dd class="note">${note}</dd>`}
  </div>`
}

export type Tone = 'good' | 'bad' | 'warn' | 'quiet'

export function badge(text: string, tone: Tone): Html {
  return html`<span class="badge ${tone}">${text}</span>`
}

/** Something that everybody on the page should know. */
export function banner(tone: Tone, title: string, body: Piece): Html {
  return html`<div class="banner ${tone}">
    <p><strong>${title}</strong> ${body}</p>
  </div>`
}

/** A share of 1 as a bar beside its number. */
export function shareBar(share: number | undefined): Html {
  const width = Math.round((share ?? 0) * 1000) / 10
  return html`<span class="share"
    ><svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
      <rect class="track" width="100" height="8"></rect>
      <rect class="fill" width="${width}" height="8"></rect></svg
    ><span>${percent(share)}</span></span
  >`
}

export interface Column {
  readonly title: string
  /** Numbers stand to the right, under each other. */
  readonly number?: boolean
  /** The text that a row is sorted by under this name. */
  readonly sort?: string
  /** Left out on narrow screens. */
  readonly wide?: boolean
  /** Left out on all but wide ones. */
  readonly widest?: boolean
}

/** @param rows cells in the order of the columns; the first names the row */
export function table(
  caption: string,
  columns: readonly Column[],
  rows: readonly (readonly Piece[])[],
  sorting?: { readonly by: string; readonly href: (by: string) => string },
): Html {
  const classOf = ({ number, wide, widest }: Column): string =>
    [number && 'number', wide && 'wide', widest && 'wide widest'].filter(Boolean).join(' ')
  return html`<div class="scroll">
    <table>
      <caption class="unseen">
        ${caption}
      </caption>
      <thead>
        <tr>
          ${columns.map((column) => {
            const isSorted = sorting !== undefined && column.sort === sorting.by
            return html`<th
              scope="col"
              class="${classOf(column)}"
              ${isSorted && html`aria-sort="descending"`}
            >
              ${
                sorting === undefined || column.sort === undefined
                  ? column.title
                  : html`<a class="sort" href="${sorting.href(column.sort)}">${column.title}</a>`
              }
            </th>`
          })}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (cells) =>
            html`<tr>
              ${cells.map((cell, at) => {
                const column = columns[at] as Column
                return at === 0
                  ? html`<th scope="row" class="${classOf(column)}">${cell}</th>`
                  : html`<td class="${classOf(column)}" data-title="${column.title}">${cell}</td>`
              })}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`
}

/** Chooses one alias or all of them, where there are several. */
export function aliasChips(
  ask: Ask,
  page: string,
  more: Readonly<Record<string, string | undefined>> = {},
): Html | undefined {
  const { aliases } = ask.board
  if (aliases.length < 2) return undefined
  const chosen = aliasOf(ask)
  return chips('Cache', [
    { title: 'All caches', href: link(page, more), current: chosen === undefined },
    ...aliases.map((alias) => ({
      title: alias,
      href: link(page, { ...more, alias }),
      current: alias === chosen,
    })),
  ])
}

export function chips(
  name: string,
  choices: readonly { readonly title: string; readonly href: string; readonly current: boolean }[],
): Html {
  return html`<nav class="chips" aria-label="${name}">
    ${choices.map(
      ({ current, href, title }) =>
        html`<a href="${href}" ${current && html`aria-current="true"`}>${title}</a>`,
    )}
  </nav>`
}

export function field(
  label: string,
  name: string,
  value: string,
  more: { readonly hint?: string; readonly required?: boolean; readonly placeholder?: string } = {},
): Html {
  const { hint, placeholder, required = false } = more
  return html`<label class="field"
    ><span>${label}</span
    ><input
      name="${name}"
      value="${value}"
      autocomplete="off"
      spellcheck="false"
      ${placeholder !== undefined && html`placeholder="${placeholder}"`}
      ${required && html`required`}
    />${hint !== undefined && html`<small>${hint}</small>`}</label
  >`
}

export function choice(
  label: string,
  name: string,
  values: readonly string[],
  chosen: string | undefined,
): Html {
  return html`<label class="field"
    ><span>${label}</span
    ><select name="${name}">
      ${values.map(
        (value) => html`<option ${value === chosen && html`selected`}>${value}</option>`,
      )}
    </select></label
  >`
}
