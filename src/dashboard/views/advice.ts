import type { Board } from '../board.ts'
import { html, type Html } from '../markup.ts'
import type { Finding } from '../told.ts'
import type { Ask } from './ask.ts'
import { badge, code, empty, link, prose, type Tone } from './parts.ts'

const TONES: Readonly<Record<string, Tone>> = { error: 'bad', warning: 'warn', hint: 'quiet' }
const ORDER = ['error', 'warning', 'hint']

/** What the adviser says, and what the stores' own settings will lead to. */
function together(board: Board, found: readonly Finding[]): readonly Finding[] {
  const findings = new Map<string, Finding>()
  for (const it of found) findings.set(`${it.alias} ${it.code} ${it.family}`, it)
  for (const { alias, code, message, remedy, severity } of board.recorder.advice()) {
    const known = `${alias} ${code} undefined`
    if (findings.has(known)) continue
    const title = 'The settings of the store'
    findings.set(known, { alias, code, severity, title, evidence: message, remedy })
  }
  return [...findings.values()].toSorted(
    (a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity),
  )
}

/** As far as is known by now: a page waits for no advice that is not its own. */
export function knownFindings(board: Board): number {
  void board.advice?.look()
  return together(board, board.advice?.known ?? []).length
}

export async function advice({ board }: Ask): Promise<Html> {
  const findings = together(board, (await board.advice?.look()) ?? [])
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
    <p>
      <small>${code(it.link === undefined || isWeb(it.link) ? it.code : it.link)}</small>
    </p>
  </li>`
}

function isWeb(address: string | undefined): boolean {
  return address !== undefined && /^https?:\/\//.test(address)
}
