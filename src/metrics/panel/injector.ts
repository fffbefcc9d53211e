import { Buffer } from 'node:buffer'

const END = '</body>'
/** What follows an end is not held back for ever: a text in a script may look like one. */
const MOST_HELD = 256 * 1024
const NOTHING = Buffer.alloc(0)

/**
 * Puts something before the last `</body>` of a page on its way. Only what may be that end, and what follows it, is held
 * back. A text without one is no whole page, and stays as it is.
 */
export class Injector {
  readonly #make: () => string
  #held: Buffer = NOTHING

  /** @param make in ASCII, which is the same in every coding that pages have */
  constructor(make: () => string) {
    this.#make = make
  }

  /** @returns what can be sent by now */
  push(chunk: Buffer): Buffer {
    const all = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk])
    const text = all.toString('latin1').toLowerCase()
    const found = text.lastIndexOf(END)
    const isEnd = found !== -1 && all.length - found <= MOST_HELD
    const from = isEnd ? found : all.length - partOfEnd(text)
    this.#held = all.subarray(from)
    return all.subarray(0, from)
  }

  /** @returns the rest, at the end */
  end(): Buffer {
    const rest = this.#held
    this.#held = NOTHING
    const isEnd = rest.toString('latin1').toLowerCase().startsWith(END)
    return isEnd ? Buffer.concat([Buffer.from(this.#make(), 'latin1'), rest]) : rest
  }
}

/** How many characters at the end of a text may be the beginning of the end. */
function partOfEnd(text: string): number {
  for (let length = END.length - 1; length > 0; length--)
    if (text.endsWith(END.slice(0, length))) return length
  return 0
}
