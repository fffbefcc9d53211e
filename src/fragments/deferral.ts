import type { FragmentRequest } from './fragment-request.ts'
import type { Fragments } from './fragments.ts'
import { amongMarkers, Markers } from '../cache/markers.ts'
import type { AskedHole } from './holes-in-pages.ts'
import { templateError } from './tag-words.ts'

/** A fragment or a hole that a template has asked for, and not yet got. */
type Deferred =
  | { readonly kind: 'fragment'; readonly request: () => Promise<FragmentRequest> }
  | ({ readonly kind: 'hole' } & AskedHole)

/**
 * One rendering of an engine that waits for nothing: what its template asks for gets a marker, and when it has ended all
 * fragments are read in one round trip. Nothing of the template runs twice.
 */
export class Deferral {
  readonly #fragments: Fragments
  readonly #template: string
  readonly #deferred = new Markers<Deferred>()

  /** @param template for messages */
  constructor(fragments: Fragments, template: string) {
    this.#fragments = fragments
    this.#template = template
  }

  /** @returns what stands for the fragment in the text */
  fragment(request: () => Promise<FragmentRequest>): string {
    return this.#deferred.put({ kind: 'fragment', request })
  }

  /** @returns what stands for the hole in the text */
  hole(asked: AskedHole): string {
    return this.#deferred.put({ kind: 'hole', ...asked })
  }

  /**
   * The text of a template with all that it has asked for.
   *
   * @throws what `render` throws; {CacheError} `E_TEMPLATE` when something has changed a marker
   */
  async fill(render: () => Promise<string> | string): Promise<string> {
    const text = await amongMarkers(render)
    const parts = this.#deferred.split(text)
    if (parts === undefined) {
      throw templateError(
        this.#template,
        'a fragment was changed after it was put in, as by a helper that cuts or makes capitals. Apply that within it.',
      )
    }
    const asked = parts.filter((part) => typeof part !== 'string')
    const wanted = asked.filter((part) => part.kind === 'fragment')
    const requests = await Promise.all(wanted.map(({ request }) => request()))
    const shown = await this.#fragments.showAll(requests)
    const texts = new Map<Deferred, string>(wanted.map((part, at) => [part, shown[at] as string]))
    for (const part of asked) {
      if (part.kind === 'hole') texts.set(part, await this.#fragments.open(part))
    }
    return parts.map((part) => (typeof part === 'string' ? part : texts.get(part))).join('')
  }
}
