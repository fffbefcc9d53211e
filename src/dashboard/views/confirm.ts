import { ACTS } from '../acts.ts'
import { Asked } from '../asked.ts'
import { html, type Html, type Piece } from '../markup.ts'
import type { Ask } from './ask.ts'
import { empty, field, link } from './parts.ts'

/**
 * One text, in which everything is encoded: forms change line breaks on their way, and markup cannot carry a NUL, but keys may
 * have both.
 */
function kept(params: URLSearchParams): string {
  const asked = [...params].filter(([name]) => (KEPT as readonly string[]).includes(name))
  return new URLSearchParams(asked).toString()
}

/** What goes on from the question to the act. */
const KEPT = ['act', 'alias', 'key', 'ns', 'pattern', 'tags', 'url', 'route'] as const

/**
 * Says what would be done, and asks.
 *
 * @param said why it was not done when it was answered
 */
export async function confirm(ask: Ask, token: string, said?: Piece): Promise<Html> {
  const { board, params } = ask
  const act = ACTS.get(params.get('act') ?? '')
  if (act === undefined)
    return html`<h1>Nothing to confirm</h1>
      ${empty('There is no such act', html`Begin at <a href="${link('tags')}">tags and purge</a>.`)}`
  const asked = new Asked(board, params)
  const { button, fields, sentences, title } = await act.plan(asked)
  const typed = act.typed?.(asked)
  return html`<section class="confirm">
    <h1 id="dialog-title">${title}</h1>
    ${said !== undefined && html`<p class="said" role="alert">${said}</p>`}
    ${sentences.map((sentence) => html`<p>${sentence}</p>`)}
    <form method="post" action="act" data-act>
      <input type="hidden" name="token" value="${token}" />
      <input type="hidden" name="asked" value="${kept(params)}" />
      ${fields}
      ${typed !== undefined && field(`Type ${typed} to go on`, 'typed', '', { required: true })}
      <p class="buttons">
        <a class="button" href="${act.back(asked)}" data-close>Cancel</a>
        <button class="${typed === undefined ? 'primary' : 'danger'}">${button}</button>
      </p>
    </form>
  </section>`
}
