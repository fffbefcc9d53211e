import { html } from '../html.ts'
import type { Html } from '../html.ts'

const euros = new Intl.NumberFormat('en-IE', { style: 'currency', currency: 'EUR' })
const days = new Intl.DateTimeFormat('en-IE', { dateStyle: 'medium', timeZone: 'UTC' })
const counts = new Intl.NumberFormat('en-IE')

export function price(cents: number): string {
  return euros.format(cents / 100)
}

export function day(isoDate: string): string {
  return days.format(new Date(isoDate))
}

export function count(number: number, one: string, many = `${one}s`): string {
  return `${counts.format(number)} ${number === 1 ? one : many}`
}

/** Five stars of which a part is filled; read out as words. */
export function stars(mean: number): Html {
  const text = `${mean.toFixed(1)} of 5 stars`
  return html`<span
    class="stars"
    role="img"
    aria-label="${text}"
    style="--share:${Math.round(mean * 20)}%"
    >★★★★★</span
  >`
}

export function productPath(product: { id: number; slug: string }): string {
  return `/product/${product.id}-${product.slug}`
}
