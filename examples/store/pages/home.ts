import type { Card } from '../data/products.ts'
import type { Settings } from '../data/settings.ts'
import { html } from '../html.ts'
import type { Html } from '../html.ts'
import { renderCards } from './cards.ts'
import { picture } from './picture.ts'

export function renderHome(
  settings: Settings,
  featured: readonly Card[],
  bestSellers: readonly Card[],
): Html {
  return html`<section class="hero">
      <div>
        <h1>${settings.tagline}</h1>
        <p>
          Twenty thousand things from workshops around the North Sea and the Baltic, chosen because
          they can be used, mended and passed on.
        </p>
        <p><a class="button" href="#featured">See this week’s picks</a></p>
      </div>
      <div class="hero-pictures" aria-hidden="true">
        ${featured.slice(4, 8).map((product) => picture(product))}
      </div>
    </section>
    <section id="featured">
      <h2>This week’s picks</h2>
      ${renderCards(featured)}
    </section>
    <section>
      <h2>Best sellers of the last 30 days</h2>
      ${renderCards(bestSellers)}
    </section>`
}
