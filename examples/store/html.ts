/** Markup that is safe to send. Only {@link html} and {@link raw} make it. */
export class Html {
  readonly #markup: string

  constructor(markup: string) {
    this.#markup = markup
  }

  toString(): string {
    return this.#markup
  }
}

export type Value = Html | string | number | false | null | undefined | readonly Value[]

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Escapes everything that is put in, except what is {@link Html} already. Lists are joined; `false` and nothing vanish. */
export function html(template: TemplateStringsArray, ...values: readonly Value[]): Html {
  const strings = withoutIndent(template)
  return new Html(
    strings.reduce((markup, string, index) => markup + render(values[index - 1]) + string),
  )
}

const trimmed = new WeakMap<TemplateStringsArray, readonly string[]>()

/** Indentation is for readers of the source; on the wire it would be a fifth of a page. */
function withoutIndent(template: TemplateStringsArray): readonly string[] {
  const known = trimmed.get(template)
  if (known) return known
  const strings = template.map((string) => string.replaceAll(/\n\s*/g, '\n'))
  trimmed.set(template, strings)
  return strings
}

/** For markup that this program made itself and nobody could have touched. */
export function raw(markup: string): Html {
  return new Html(markup)
}

function render(value: Value): string {
  if (value === undefined || value === null || value === false) return ''
  if (value instanceof Html) return value.toString()
  if (Array.isArray(value)) return value.map(render).join('')
  return String(value).replaceAll(/[&<>"']/g, (character) => entities[character] ?? '')
}
