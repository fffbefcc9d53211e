import { html, type Html } from '../markup.ts'
import type { Assets } from '../assets.ts'
import type { Ask, View } from './ask.ts'
import { link } from './parts.ts'

/** A link in the margin. */
export interface NavItem {
  readonly page: string
  readonly title: string
  readonly badge?: number | undefined
}

export interface Frame {
  readonly assets: Assets
  readonly navigation: readonly (readonly NavItem[])[]
  readonly page: string
  readonly view: Pick<View, 'live' | 'title'>
  /** What an act came to, told at the top. */
  readonly notice?: Html | undefined
}

export function layout({ actor, board, params }: Ask, frame: Frame, main: Html): Html {
  const { assets, navigation, notice, page, view } = frame
  const { readOnly, title } = board.settings
  const live = view.live && link('live', { ...Object.fromEntries(params), page })
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        ${view.live && html`<noscript><meta http-equiv="refresh" content="10" /></noscript>`}
        <title>${view.title} · ${title}</title>
        <link rel="icon" href="${assets.pathOf('icon.svg')}" />
        <link rel="stylesheet" href="${assets.pathOf('dashboard.css')}" />
        <script type="module" src="${assets.pathOf('dashboard.js')}"></script>
      </head>
      <body>
        <a class="skip" href="#main">Skip to content</a>
        <header class="masthead">
          <a class="brand" href="./"
            ><img src="${assets.pathOf('icon.svg')}" alt="" width="30" height="30" /><span
              >${title}</span
            ></a
          >
          <p class="who">
            ${readOnly && html`<span class="badge quiet">read only</span>`}
            ${
              view.live &&
              html`<button
                type="button"
                class="live"
                data-live="${live}"
                hidden
                aria-pressed="true"
              >
                <span class="dot"></span><span data-live-text>Live</span>
              </button>`
            }
            <span class="actor">${actor}</span>
          </p>
        </header>
        <nav class="pages" aria-label="Dashboard">
          <div>
            ${navigation.map(
              (group) =>
                html`<ul>
                  ${group.map((item) => {
                    const isHere = item.page === page
                    return html`<li>
                      <a href="${link(item.page)}" ${isHere && html`aria-current="page"`}
                        >${item.title}${
                          item.badge !== undefined &&
                          item.badge > 0 &&
                          html` <span class="count">${item.badge}</span>`
                        }</a
                      >
                    </li>`
                  })}
                </ul>`,
            )}
          </div>
        </nav>
        <main id="main" tabindex="-1">
          ${notice}
          <div id="view">${main}</div>
        </main>
        <div class="unseen" role="status" aria-live="polite" id="told"></div>
        <dialog id="dialog" aria-labelledby="dialog-title"></dialog>
      </body>
    </html>`
}
