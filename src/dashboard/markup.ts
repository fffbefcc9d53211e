/** Markup that is safe to send. Only {@link html} makes it. */
export class Html {
  readonly #markup: string

  constructor(markup: string) {
    this.#markup = markup
  }

  toString(): string {
    return this.#markup
  }
}

export type Piece = Html | string | number | false | null | undefined | readonly Piece[]

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Escapes all that is put in, except what is {@link Html} already. Lists are joined; `false` and nothing vanish. */
export function html(template: TemplateStringsArray, ...pieces: readonly Piece[]): Html {
  const strings = withoutIndent(template)
  let markup = strings[0] as string
  for (const [index, piece] of pieces.entries()) markup += markupOf(piece) + strings[index + 1]
  return new Html(markup)
}

function markupOf(piece: Piece): string {
  if (piece === undefined || piece === null || piece === false) return ''
  if (piece instanceof Html) return piece.toString()
  if (Array.isArray(piece)) return piece.map(markupOf).join('')
  return String(piece).replaceAll(/[&<>"']/g, (character) => ENTITIES[character] as string)
}

const trimmed = new WeakMap<TemplateStringsArray, readonly string[]>()

/** Indentation is for readers of the source. A page is sent every two seconds to whoever watches it. */
function withoutIndent(template: TemplateStringsArray): readonly string[] {
  const known = trimmed.get(template)
  if (known !== undefined) return known
  const strings = template.map((string) => string.replaceAll(/\n\s*/g, '\n'))
  trimmed.set(template, strings)
  return strings
}
