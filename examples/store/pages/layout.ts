import type { Category } from '../data/categories.ts'
import type { Settings } from '../data/settings.ts'
import { html } from '../html.ts'
import type { Html } from '../html.ts'
import type { Session } from '../sessions.ts'

/** What surrounds every page. */
export interface Frame {
  readonly settings: Settings
  readonly navigation: Html
  readonly footer: Html
  readonly account: Html
}

export function renderNavigation(categories: readonly Category[]): Html {
  const tops = categories.filter((category) => category.parentId === null)
  return html`<nav class="departments" aria-label="Departments">
    <ul>
      ${tops.map(
        (top) =>
          html`<li>
            <a href="/categories/${top.slug}">${top.name}</a>
            <ul>
              ${categories
                .filter((category) => category.parentId === top.id)
                .map((leaf) => html`<li><a href="/categories/${leaf.slug}">${leaf.name}</a></li>`)}
            </ul>
          </li>`,
      )}
    </ul>
  </nav>`
}

export function renderPage(
  frame: Frame,
  page: { title: string; main: Html; search?: string; script?: string },
): Html {
  const { account, settings, navigation, footer } = frame
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${page.title} · ${settings.name}</title>
        <link rel="icon" href="/assets/icon.svg" />
        <link rel="stylesheet" href="/assets/store.css" />
        ${page.script && html`<script type="module" src="${page.script}"></script>`}
      </head>
      <body>
        <a class="skip" href="#main">Skip to content</a>
        <p class="notice">${settings.notice}</p>
        <header class="masthead">
          <a class="brand" href="/"
            ><svg viewBox="0 0 40 40" aria-hidden="true"><use href="/assets/icon.svg#mark" /></svg
            >${settings.name}</a
          >
          <form class="search" action="/search" role="search">
            <label class="visually-hidden" for="q">Search the shop</label
            ><input
              id="q"
              name="q"
              type="search"
              placeholder="Search for a lamp, a knife, a tent …"
              value="${page.search ?? ''}"
            /><button>Search</button>
          </form>
          <ul class="account">
            ${account}
          </ul>
        </header>
        ${navigation}
        <main id="main">${page.main}</main>
        ${footer}
      </body>
    </html>`
}

export function renderFooter(settings: Settings): Html {
  return html`<footer>
    <p>
      <strong>${settings.name}</strong> ${settings.tagline}.
      <a href="mailto:${settings.email}">${settings.email}</a>
    </p>
    <p>
      An example of Breakwater. Nothing here is really for sale.
      <a href="/cache-stats">See what the cache does</a>
    </p>
  </footer>`
}

/** Who is here, and what is in their cart. */
export function renderAccount(session: Session | undefined): Html {
  const user = session?.user
  const items = session?.cartCount ?? 0
  return html`${
      user
        ? html`${user.isAdmin && html`<li><a href="/admin">Prices</a></li>`}
            <li>
              <form method="post" action="/logout">
                <button class="plain">Log out ${user.name.split(' ')[0]}</button>
              </form>
            </li>`
        : html`<li><a href="/login">Log in</a></li>`
    }
    <li>
      <a class="cart" href="/cart"
        >Cart${items > 0 && html` <span class="badge">${items}</span>`}</a
      >
    </li>`
}
