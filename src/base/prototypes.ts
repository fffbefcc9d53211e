/** Whether it has properties that are named by symbols: the language's own objects mark themselves by some that do not count. */
export function hasSymbols(value: object): boolean {
  const symbols = Object.getOwnPropertySymbols(value)
  return symbols.some((symbol) => Object.prototype.propertyIsEnumerable.call(value, symbol))
}

/** Whether it is the prototype of plain objects, of this realm or of another (vm, test runners). */
export function isObjectPrototype(prototype: unknown): boolean {
  if (prototype === Object.prototype) return true
  return (
    typeof prototype === 'object' &&
    prototype !== null &&
    Object.getPrototypeOf(prototype) === null &&
    Object.hasOwn(prototype, 'isPrototypeOf')
  )
}
