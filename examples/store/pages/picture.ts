import { html } from '../html.ts'
import type { Html } from '../html.ts'

// Leaf categories have the ids 7 to 24; the shapes are drawn in assets/shapes.svg under these names.
const shapes = [
  'pan',
  'knife',
  'plate',
  'lamp',
  'cushion',
  'vase',
  'tent',
  'backpack',
  'kettle',
  'headphones',
  'speaker',
  'turntable',
  'notebook',
  'pen',
  'keyboard',
  'sweater',
  'boot',
  'watch',
]
const hues = [18, 42, 150, 262, 208, 338]
const scenes = 4

/**
 * A product's picture: its category's shape in its department's colours. The number decides the rest, so that a product
 * looks the same wherever it is shown.
 */
export function picture(product: { id: number; categoryId: number }, label = ''): Html {
  const leaf = product.categoryId - 7
  const department = hues[Math.floor(leaf / 3)] ?? 0
  // Knuth's multiplicative hash: neighbouring ids get unlike numbers.
  const mix = Math.imul(product.id, 2_654_435_761) >>> 0
  const hue = (department + (leaf % 3) * 14 - 14 + ((mix >>> 4) % 44) - 22 + 360) % 360
  const shape = shapes[leaf] ?? 'vase'
  const scene = (mix >>> 12) % scenes
  const tone = (mix >>> 16) % 3
  return html`<svg
    class="picture tone-${tone}"
    viewBox="0 0 200 200"
    style="--h:${hue};--k:${(hue + 150 + ((mix >>> 20) % 60)) % 360}"
    ${label ? html`role="img" aria-label="${label}"` : html`aria-hidden="true"`}
  >
    <use href="/assets/shapes.svg#scene-${scene}" />
    <use href="/assets/shapes.svg#${shape}" />
  </svg>`
}
