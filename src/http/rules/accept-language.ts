// Accept-Language as a part of the key. RFC 9110 §12.5.4: one wish has several spellings, each of which would be a variant.
const RANGE = /^(?:\*|[a-z]{1,8}(?:-[a-z0-9]{1,8})*)$/
const WEIGHT = /^q=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)$/

/**
 * The languages in one spelling: lower case, without blanks, weights without idle zeros; `'de-CH , EN;q=0.80'` is
 * `'de-ch, en;q=0.8'`. Their order stays, also where weights are alike: views take the first.
 *
 * What breaks the grammar stays as it is written. Never throws; linear in its length.
 */
export function acceptedLanguages(line: string): string {
  const wishes: string[] = []
  for (const member of line.split(',')) {
    const [range = '', weight, ...more] = member.split(';').map((part) => part.trim().toLowerCase())
    if (range === '' && weight === undefined) continue
    if (!RANGE.test(range) || more.length > 0) return line
    if (weight === undefined) {
      wishes.push(range)
      continue
    }
    const [, text] = WEIGHT.exec(weight) ?? []
    if (text === undefined) return line
    wishes.push(Number(text) === 1 ? range : `${range};q=${Number(text)}`)
  }
  return wishes.join(', ')
}
