// The fields of a message on their way through: what belongs to one connection ends here.

/** RFC 9110 §7.6.1. */
const OF_ONE_CONNECTION: ReadonlySet<string> = new Set([
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

/** `[name, value]` of each line, repeated names kept, without those of the connection and those that Connection names. */
export function endToEnd(raw: readonly string[]): (readonly [name: string, value: string])[] {
  const lines: (readonly [string, string])[] = []
  const named = new Set<string>()
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const [name, value] = [(raw[index] as string).toLowerCase(), raw[index + 1] as string]
    lines.push([name, value])
    if (name !== 'connection') continue
    for (const each of value.split(',')) named.add(each.trim().toLowerCase())
  }
  return lines.filter(([name]) => !OF_ONE_CONNECTION.has(name) && !named.has(name))
}

/**
 * What a visitor claims of proxies before this one. This is the edge: nobody before it is to be believed, and a page made for
 * a claim would be everybody's.
 */
export function isClaim(name: string): boolean {
  return name === 'forwarded' || name.startsWith('x-forwarded-')
}
