import type { ByName, Reply } from '../../replay.ts'

/** A reply's fields as `setHeader` of Node and of what stands on it takes them: lines of one name in one list. */
export function fieldsByName({ fields, forms }: Pick<Reply, 'fields' | 'forms'>): ByName {
  const before = forms?.byName
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
  if (forms !== undefined && found.size * 2 === fields.length) forms.byName = made
  return made
}

/** As {@link fieldsByName}, with names in lower case, for frameworks that would make them so for each answer. */
export function fieldsByLowerName(reply: Pick<Reply, 'fields' | 'forms'>): ByName {
  const before = reply.forms?.lowered
  if (before !== undefined) return before
  const byName = fieldsByName(reply)
  // By way of an object, so that its names are those of objects: to set by any other takes the engine longer.
  const made = Object.entries(
    Object.fromEntries(byName.map(([name, value]) => [name.toLowerCase(), value])),
  )
  // A list with repeated names is not kept there either.
  if (reply.forms?.byName !== undefined) reply.forms.lowered = made
  return made
}
