/**
 * The names that stand somewhere in a text of SQL, whatever they mean there: what a trigger or a view may have to do with. Too
 * many, never too few.
 */
export function mentioned(text: string, names: Iterable<string>): string[] {
  const folded = text.toLowerCase()
  return [...names].filter((name) => standsIn(folded, name.toLowerCase()))
}

function standsIn(text: string, name: string): boolean {
  for (let at = text.indexOf(name); at !== -1; at = text.indexOf(name, at + 1)) {
    if (!isLetter(text[at - 1]) && !isLetter(text[at + name.length])) return true
  }
  return false
}

function isLetter(sign: string | undefined): boolean {
  return sign !== undefined && /[\p{L}\p{N}_$]/u.test(sign)
}
