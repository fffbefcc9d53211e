import type { AuditEntry } from '../audit.ts'
import { html, type Html } from '../markup.ts'
import { visibleLine } from '../visible.ts'
import { timeOfDay } from '../words.ts'
import type { Ask } from './ask.ts'
import { badge, code, empty, table, type Tone } from './parts.ts'

const TONES: Readonly<Record<AuditEntry['outcome'], Tone>> = {
  done: 'good',
  queued: 'warn',
  failed: 'bad',
}

export function audit({ board }: Ask): Html {
  const entries = board.audit.entries()
  return html` <div class="heading">
      <h1>Audit</h1>
      ${entries.length > 0 && html`<div class="choices"><a class="button" href="audit.json" download="breakwater-audit.json">Download JSON</a></div>`}
    </div>
    ${
      entries.length === 0
        ? empty(
            'Nobody has done anything',
            'Whoever deletes, invalidates, purges or clears something here is listed with what came of it: the last 500 acts in this process. To keep them for good, give option onAudit.',
          )
        : html`<div class="panel">
            ${table(
              'Who did what',
              [
                { title: 'What' },
                { title: 'To what' },
                { title: 'Who' },
                { title: 'Outcome' },
                { title: 'Time (UTC)', number: true },
              ],
              entries.map(({ action, actor, alias, at, message, outcome, target }) => [
                code(action),
                html`${code(target, 80)}${alias !== undefined && html` <small>${alias}</small>`}`,
                html`<bdi>${visibleLine(actor)}</bdi>`,
                html`${badge(outcome, TONES[outcome])}
                  <span class="prose">${visibleLine(message)}</span>`,
                html`<time datetime="${new Date(at).toISOString()}">${timeOfDay(at)}</time>`,
              ]),
            )}
          </div>`
    }`
}
