import type { IncomingHttpHeaders } from 'node:http'
import type { FieldList } from '../../rules/fields.ts'
import { ASKS_FOR_LESS, hiddenFields } from '../../tracked-request.ts'

/** The fields of a request as its client sent them, whatever its view is shown. */
export class ClientFields {
  /** The plain object: reading it is no read of the view's. */
  readonly #headers: IncomingHttpHeaders
  /** What is hidden from the view; nothing yet where it has not run. */
  #hidden: Map<string, string | undefined> | undefined

  constructor(headers: IncomingHttpHeaders) {
    this.#headers = headers
  }

  /** Lines of one field joined. @param name in lower case */
  get(name: string): string | undefined {
    if (this.#hidden?.has(name) === true) return this.#hidden.get(name)
    return fieldOf(this.#headers, name)
  }

  /**
   * Takes from the request what asks for a part or for news only, for good, and gives it what its view is asked by instead.
   *
   * @returns takes that away again: whoever looks later, such as a layer that answers 304 by itself, would take it for the
   * client's. And gives back what was hidden only from the view
   */
  hide(asks: FieldList): () => void {
    const headers = this.#headers
    const hidden = (this.#hidden ??= new Map())
    for (const name of hiddenFields(asks)) {
      if (!hidden.has(name)) hidden.set(name, this.get(name))
      delete headers[name]
    }
    for (let index = 0; index + 1 < asks.length; index += 2) {
      headers[asks[index] as string] = asks[index + 1] as string
    }
    return () => {
      for (let index = 0; index < asks.length; index += 2) delete headers[asks[index] as string]
      for (const name of hiddenFields(asks)) {
        if (ASKS_FOR_LESS.includes(name)) continue
        const value = hidden.get(name)
        if (value !== undefined) headers[name] = value
      }
    }
  }
}

/** Lines of one field joined. @param name in lower case */
export function fieldOf(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name]
  if (typeof value === 'string') return value
  // `constructor` is not a field.
  return Array.isArray(value) && Object.hasOwn(headers, name) ? value.join(', ') : undefined
}
