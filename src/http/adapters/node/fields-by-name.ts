import type { Reply } from '../../replay.ts'

type ByName = readonly (readonly [name: string, value: string | string[]])[]

/** Of lists that nobody can change: a page has the same one for a second. Only those without repeated names. */
const known = new WeakMap<readonly string[], ByName>()

/** A reply's fields as `setHeader` of Node and of what stands on it takes them: lines of one name in one list. */
export function fieldsByName({ fields }: Pick<Reply, 'fields'>): ByName {
  const before = known.get(fields)
  if (before !== undefined) return before
  const found = new Map<string, [name: string, ...lines: string[]]>()
  for (let index = 0; index + 1 < fields.length; index += 2) {
    const name = fields[index] as string
    const line = fields[index + 1] as string
    const lines = found.get(name.toLowerCase())
    if (lines === undefined) found.set(name.toLowerCase(), [name, line])
    else lines.push(line)
  }
  const made: ByName = [...found.values()].map(([name, ...lines]) => {
    return [name, lines.length === 1 ? (lines[0] as string) : lines] as const
  })
  // Node keeps a list that it is given, and appends to it.
  if (found.size * 2 === fields.length && Object.isFrozen(fields)) known.set(fields, made)
  return made
}
