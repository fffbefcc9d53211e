/**
 * The fields of a message, in order: `[name, value, name, value, …]`. Repeated names stay apart, and a name keeps the
 * case in which it came.
 */
export type FieldList = readonly string[]

/**
 * The values of each line of a field, in order.
 *
 * @param name in lower case
 */
export function fieldLines(fields: FieldList, name: string): readonly string[] {
  const lines: string[] = []
  for (let index = 0; index + 1 < fields.length; index += 2) {
    if ((fields[index] as string).toLowerCase() === name) lines.push(fields[index + 1] as string)
  }
  return lines
}

/** @param name in lower case */
export function hasField(fields: FieldList, name: string): boolean {
  for (let index = 0; index + 1 < fields.length; index += 2) {
    if ((fields[index] as string).toLowerCase() === name) return true
  }
  return false
}

// RFC 9110 §7.6.1 and RFC 9111 §3.1: they speak of one connection, or of one proxy, never of the page.
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authentication-info',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** The fields that belong to the page: without those of the connection and those that `Connection` names. */
export function endToEndFields(fields: FieldList): string[] {
  const named = new Set<string>()
  for (const line of fieldLines(fields, 'connection')) {
    for (const name of line.split(',')) named.add(name.trim().toLowerCase())
  }
  const kept: string[] = []
  for (let index = 0; index + 1 < fields.length; index += 2) {
    const name = (fields[index] as string).toLowerCase()
    if (HOP_BY_HOP.has(name) || named.has(name)) continue
    kept.push(fields[index] as string, fields[index + 1] as string)
  }
  return kept
}

/** The list without the fields of these names, which are in lower case. */
export function withoutFields(fields: FieldList, names: ReadonlySet<string>): string[] {
  return chosen(fields, (name) => !names.has(name))
}

/** The fields of these names, which are in lower case. */
export function onlyFields(fields: FieldList, names: ReadonlySet<string>): string[] {
  return chosen(fields, (name) => names.has(name))
}

function chosen(fields: FieldList, isWanted: (name: string) => boolean): string[] {
  const kept: string[] = []
  for (let index = 0; index + 1 < fields.length; index += 2) {
    if (!isWanted((fields[index] as string).toLowerCase())) continue
    kept.push(fields[index] as string, fields[index + 1] as string)
  }
  return kept
}
