import { html } from '../html.ts'
import type { Html } from '../html.ts'

export function renderMessage(title: string, text: string): Html {
  return html`<header class="heading">
    <h1>${title}</h1>
    <p>${text} <a href="/">Back to the shop</a></p>
  </header>`
}
