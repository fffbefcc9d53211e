import { CacheError } from '../../base/errors.ts'
import { Markers } from '../../cache/markers.ts'
import type { PlacedHole } from '../../cache/hole.ts'
import type { Filling } from '../exchange.ts'
import type { HoleAt, PageWithHoles } from '../record.ts'
import { type Medium, mediumOf } from './medium.ts'
import type { FieldList } from '../rules/fields.ts'

interface Placed {
  readonly hole: PlacedHole
  readonly text: string
}

/**
 * The holes of one page while it is made. In what its view writes each is a marker; what is sent has the text of this request
 * in its place, and what is kept has nothing.
 */
export class Marks implements Filling {
  readonly #markers = new Markers<Placed>()
  readonly #told: () => void
  #medium: Medium | undefined
  /** What may be the beginning of a marker, a character for each byte. */
  #held = ''

  /** @param told whenever a hole is put in */
  constructor(told: () => void) {
    this.#told = told
  }

  get isUsed(): boolean {
    return this.#markers.size > 0
  }

  /** @returns what stands for the hole; `undefined` when the head that went out did not say that there are holes */
  put(hole: PlacedHole, text: string): string | undefined {
    if (this.#medium !== undefined && !this.isUsed) return undefined
    this.#told()
    return this.#markers.put({ hole, text })
  }

  /** Whether the holes in what has these fields can be found. */
  fits(fields: FieldList): boolean {
    return !mediumOf(fields).isCoded
  }

  /** The head is about to go out. @returns whether what has these fields can be kept with its holes */
  seal(fields: FieldList): boolean {
    this.#medium = mediumOf(fields)
    return this.#medium.isKept
  }

  through(bytes: Uint8Array): Buffer {
    const text = this.#held + Buffer.from(bytes).toString('latin1')
    const length = this.#markers.openEnd(text)
    this.#held = length === 0 ? '' : text.slice(-length)
    return this.#filled(length === 0 ? text : text.slice(0, -length))
  }

  rest(): Buffer {
    const held = this.#held
    this.#held = ''
    return this.#filled(held)
  }

  /** What is kept of a body; `undefined` when something has changed a marker. */
  keep(body: Buffer): (Omit<PageWithHoles, 'digest'> & { readonly body: Buffer }) | undefined {
    const parts = this.#markers.split(body.toString('latin1'))
    if (parts === undefined) return undefined
    const places: HoleAt[] = []
    let around = ''
    for (const part of parts) {
      if (typeof part === 'string') around += part
      else places.push({ at: around.length, ...part.hole })
    }
    return { body: Buffer.from(around, 'latin1'), places }
  }

  #filled(text: string): Buffer {
    const parts = this.#markers.split(text)
    if (parts === undefined) {
      throw new CacheError(
        'E_TEMPLATE',
        'What is rendered each time was changed after the page was rendered, as by a layer that makes capitals, cuts or minifies: leave that to what is around the cache, or to the hole itself.',
      )
    }
    return Buffer.concat(
      parts.map((part) => {
        if (typeof part === 'string') return Buffer.from(part, 'latin1')
        return this.#medium?.encode(part.text) ?? Buffer.from(part.text)
      }),
    )
  }
}
