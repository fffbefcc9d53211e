/** How a member is read and written, whether it is a value or is made when it is asked for. */
export function memberOf(bag: object, name: string): { get(): unknown; set(value: unknown): void } {
  let holder: object | null = bag
  while (holder !== null && !Object.hasOwn(holder, name)) {
    holder = Object.getPrototypeOf(holder) as object | null
  }
  const own = Object.getOwnPropertyDescriptor(holder ?? bag, name) ?? {}
  if (own.get !== undefined || own.set !== undefined) {
    return {
      get: () => own.get?.call(bag) as unknown,
      set: (given) => own.set?.call(bag, given),
    }
  }
  let current: unknown = own.value
  return {
    get: () => current,
    set: (given) => {
      current = given
    },
  }
}

/** Puts a member in the place of what is there, until somebody sets another. */
export function replace(on: object, name: string, get: () => unknown): void {
  Object.defineProperty(on, name, {
    configurable: true,
    enumerable: true,
    get,
    set(value: unknown) {
      Object.defineProperty(on, name, {
        configurable: true,
        enumerable: true,
        writable: true,
        value,
      })
    },
  })
}
