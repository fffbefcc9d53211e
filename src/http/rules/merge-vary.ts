import { trimBlanks } from './syntax.ts'

/**
 * Vary with more names in it: each once whatever its case, in the order and the spelling in which they came first; `*`
 * stands for all of them. As Django's `patch_vary_headers`.
 *
 * @param lines of the field as it is
 */
export function mergeVary(lines: readonly string[], names: readonly string[]): string {
  const merged = new Map<string, string>()
  for (const member of [...lines.flatMap((line) => line.split(',')), ...names]) {
    const name = trimBlanks(member)
    if (name === '*') return '*'
    if (name !== '' && !merged.has(name.toLowerCase())) merged.set(name.toLowerCase(), name)
  }
  return [...merged.values()].join(', ')
}
