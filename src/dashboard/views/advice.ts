import type { Board } from '../board.ts'
import { html, type Html } from '../markup.ts'
import type { Finding } from '../told.ts'
import type { Ask } from './ask.ts'
import { badge, code, empty, link, prose, type Tone } from './parts.ts'

const TONES: Readonly<Record<string, Tone>> = { error: 'bad', warning: 'warn', info: 'quiet' }
const ORDER = ['error', 'warning', 'info']

/** What the measures show, and what the stores' own settings will lead to. */
export function findingsOf(board: Board): readonly Finding[] {
  const { advise } = board.settings
  let found: readonly Finding[] = []
  try {
    found = advise?.(board.measures) ?? []
  } catch {
    // What cannot be judged gives no advice.
  }
  const ofStores = board.recorder.advice().map(({ alias, code, message, remedy, severity }) => ({
    alias,
    code,
    severity,
    title: 'The store’s settings',
    evidence: message,
    remedy,
  }))
  return [...ofStores, ...found].toSorted(
    (a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity),
  )
}

export function advice({ board }: Ask): Html {
  const findings = findingsOf(board)
  return html` <div class="heading"><h1>Advice</h1></div>
    ${
      findings.length === 0
        ? empty(
            'Nothing to change',
            'What is written more often than read, too large, too hot, not worth its place, or set up so that it will hurt, is named here with what to do about it.',
          )
        : html`<ul class="findings">
            ${findings.slice(0, 100).map((each) => finding(board, each))}
          </ul>`
    }`
}

function finding(board: Board, it: Finding): Html {
  const { alias, evidence, family, remedy, severity, title } = it
  const { redaction } = board.settings
  return html`<li class="panel finding ${TONES[severity] ?? 'quiet'}">
    <h2>${badge(severity, TONES[severity] ?? 'quiet')} ${title}</h2>
    ${
      (alias ?? family) !== undefined &&
      html`<p class="of">
        ${alias !== undefined && code(alias)}
        ${
          family !== undefined &&
          (family.includes('*') && alias !== undefined
            ? html`<a href="${link('keys', { alias, pattern: family })}">${code(family)}</a>`
            : code(redaction.key(alias ?? '', family)))
        }
      </p>`
    }
    <p class="prose">${prose(redaction.text(evidence))}</p>
    <p class="prose remedy">
      ${prose(remedy)}${isWeb(it.link) && html` <a href="${it.link}" rel="noreferrer">Read more</a>`}
    </p>
    <p><small>${code(it.code)}</small></p>
  </li>`
}

function isWeb(address: string | undefined): boolean {
  return address !== undefined && /^https?:\/\//.test(address)
}
