import { DEMO_PASSWORD } from '../database/generate.ts'
import { html } from '../html.ts'
import type { Html } from '../html.ts'

export function renderLogin(view: { next: string; failed: boolean; token: Html }): Html {
  return html`<section class="sheet">
    <h1>Log in</h1>
    ${view.failed && html`<p class="alert" role="alert">That address and password do not belong together.</p>`}
    <form method="post" action="/login">
      ${view.token}<input type="hidden" name="next" value="${view.next}" />
      <label for="email">Email</label
      ><input id="email" name="email" type="email" required autocomplete="username" />
      <label for="password">Password</label
      ><input
        id="password"
        name="password"
        type="password"
        required
        autocomplete="current-password"
      />
      <button class="button">Log in</button>
    </form>
    <p class="hint">
      This is an example: <code>ada@example.com</code> with <code>${DEMO_PASSWORD}</code> may also
      change prices.
    </p>
  </section>`
}

/** By which a form is known to come from a page of ours, and this very visitor. */
export function renderToken(token: string): Html {
  return html`<input type="hidden" name="token" value="${token}" />`
}
