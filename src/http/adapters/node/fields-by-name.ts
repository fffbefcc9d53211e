import type { Reply } from '../../replay.ts'

/** A reply's fields as `setHeader` of Node and of what stands on it takes them: lines of one name in one list. */
export function fieldsByName(
  reply: Pick<Reply, 'fields'>,
): readonly (readonly [string, string | string[]])[] {
  const found = new Map<string, [name: string, ...lines: string[]]>()
  for (let index = 0; index + 1 < reply.fields.length; index += 2) {
    const name = reply.fields[index] as string
    const line = reply.fields[index + 1] as string
    const known = found.get(name.toLowerCase())
    if (known === undefined) found.set(name.toLowerCase(), [name, line])
    else known.push(line)
  }
  return [...found.values()].map(([name, ...lines]) => {
    return [name, lines.length === 1 ? (lines[0] as string) : lines] as const
  })
}
