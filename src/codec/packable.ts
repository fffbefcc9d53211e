import { CIRCLE_DEPTH, isPlainArray } from './kind.ts'

/**
 * Whether MessagePack gives back this very value. False says only that it needs a closer look, or another form. As `isPlain`
 * is for JSON; apart from it because MessagePack has no form for a lone surrogate, and msgpackr none for some names.
 */
export function isPackable(value: unknown, depth = 1): boolean {
  switch (typeof value) {
    case 'string':
      return value.isWellFormed()
    case 'boolean':
      return true
    case 'number':
      return value - value === 0 && !Object.is(value, -0)
    case 'object':
      // A circle ends at the depth too.
      return value === null || (depth <= CIRCLE_DEPTH && isPackableObject(value, depth + 1))
    default:
      return false
  }
}

function isPackableObject(value: object, depth: number): boolean {
  const prototype = Object.getPrototypeOf(value) as unknown
  if (prototype === Array.prototype) return Array.isArray(value) && isPackableList(value, depth)
  if (prototype !== Object.prototype && prototype !== null) return false
  if (Object.getOwnPropertySymbols(value).length > 0) return false
  for (const name in value) {
    if (!isPackableName(name)) return false
    if (!isPackable((value as Record<string, unknown>)[name], depth)) return false
  }
  return true
}

function isPackableList(list: readonly unknown[], depth: number): boolean {
  if (!isPlainArray(list)) return false
  for (let index = 0; index < list.length; index++) {
    // A hole reads as undefined and ends here.
    if (!isPackable(list[index], depth)) return false
  }
  return true
}

/** msgpackr renames the first of these and calls the second. */
function isPackableName(name: string): boolean {
  return name !== '__proto__' && name !== 'hasOwnProperty' && name.isWellFormed()
}
