/** As Python's html.escape, which Django's templates use: ampersand first, and quotes as `&quot;` and `&#x27;`. */
const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#x27;',
}

/**
 * Escapes for HTML with the very bytes of Django's templates. Engines write quotes in other ways, which browsers read alike
 * and which are other bytes: `new Liquid({ outputEscape: djangoEscape })`, `nunjucks.lib.escape = djangoEscape`.
 *
 * @param value null and undefined are empty; everything else is its text
 */
export function djangoEscape(value: unknown): string {
  const given: unknown = value ?? ''
  return String(given).replaceAll(/[&<>"']/g, (char) => ESCAPES[char] as string)
}
