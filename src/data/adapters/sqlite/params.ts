import type { Params } from '../../row-ids.ts'

/**
 * Parameters as a call of a statement gives them: one by one, in lists, or as an object of names. `undefined` where several
 * ways are mixed: which is which is the driver's business.
 */
export function paramsOf(given: readonly unknown[]): Params | undefined {
  const listed: unknown[] = []
  const named: Readonly<Record<string, unknown>>[] = []
  for (const each of given) {
    if (Array.isArray(each)) listed.push(...(each as unknown[]))
    else if (isNames(each)) named.push(each)
    else listed.push(each)
  }
  if (named.length === 0) return listed
  if (named.length > 1 || listed.length > 0) return undefined
  // node:sqlite takes names with their sign, too.
  return Object.fromEntries(
    Object.entries(named[0] ?? {}).map(([name, value]) => [name.replace(/^[:@$]/, ''), value]),
  )
}

function isNames(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    typeof value === 'object' &&
    value !== null &&
    !ArrayBuffer.isView(value) &&
    !(value instanceof ArrayBuffer) &&
    !(value instanceof Date)
  )
}
