import { html } from '../html.ts'
import type { Html } from '../html.ts'
import type { Mail } from '../mails/stand-in.ts'

/** What the stand-in for a mail provider was given: nothing leaves this machine. */
export function renderMails(mails: readonly Mail[]): Html {
  return html`<header class="heading">
      <h1>Mails</h1>
      <p>
        ${mails.length === 0 ? 'None since the start.' : 'Those of this process, the latest first.'}
      </p>
    </header>
    ${mails.map(
      (mail) =>
        html`<article>
          <h2>${mail.subject}</h2>
          <p>to ${mail.to}</p>
          <p style="white-space: pre-line">${mail.text}</p>
        </article>`,
    )}`
}
