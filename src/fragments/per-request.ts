import { currentMaking } from '../cache/making.ts'

/**
 * Marks a value as one request's own, such as a CSRF token, a nonce, or the user. A fragment or a page that shows it, or
 * looks into it, is not kept: outside production a fragment throws `E_PERSONAL`, which says what to do.
 *
 * A string or number becomes an object that turns into it wherever a template prints it; a function tells when it is called.
 *
 * @param what in words for messages. `'user'` has a meaning: pages that are kept by user, and fragments with
 * `varyOn: ['user']`, may show it. Default `'a value of one request'`
 */
export function perRequest<T>(value: T, what = 'a value of one request'): T {
  const marked = mark(value, what)
  if (marked !== null && marked !== undefined) known.set(marked, what)
  return marked
}

const known = new WeakMap<object, string>()

/** The words of what `perRequest` has made; `undefined` for everything else. */
export function markedAs(value: unknown): string | undefined {
  const isObject = typeof value === 'object' || typeof value === 'function'
  return isObject && value !== null ? known.get(value) : undefined
}

/** Whether `perRequest` has made it. */
export function isMarked(value: unknown): boolean {
  return markedAs(value) !== undefined
}

function mark<T>(value: T, what: string): T {
  const seen = (): void => {
    const making = currentMaking()
    if (what === 'user') making?.user(value)
    else making?.personal(what)
  }
  if (typeof value === 'function') return watchedFunction(value, seen) as T
  if (typeof value === 'object' && value !== null) return watched(value, seen)
  if (value === null || value === undefined) return value
  return new PerRequest(value, seen) as T
}

class PerRequest {
  readonly #value: unknown
  readonly #seen: () => void

  constructor(value: unknown, seen: () => void) {
    this.#value = value
    this.#seen = seen
  }

  toString(): string {
    this.#seen()
    return String(this.#value)
  }

  toJSON(): unknown {
    this.#seen()
    return this.#value
  }

  valueOf(): unknown {
    this.#seen()
    return this.#value
  }

  [Symbol.toPrimitive](): unknown {
    this.#seen()
    return this.#value
  }
}

function watchedFunction(act: unknown, seen: () => void): unknown {
  return new Proxy(act as (...given: unknown[]) => unknown, {
    apply(target, self, given) {
      seen()
      return Reflect.apply(target, self, given)
    },
  })
}

function watched<T extends object>(object: T, seen: () => void): T {
  return new Proxy(object, {
    get(target, name) {
      // What promises ask of every value is no look at this one.
      if (name !== 'then') seen()
      const value: unknown = Reflect.get(target, name, target)
      if (typeof value !== 'function') return value
      // What is fixed on an object must come as it is.
      if (Reflect.getOwnPropertyDescriptor(target, name)?.configurable === false) return value
      // Methods of what has private members work on the object itself.
      return (...given: unknown[]): unknown => Reflect.apply(value, target, given)
    },
    has(target, name) {
      seen()
      return Reflect.has(target, name)
    },
    ownKeys(target) {
      seen()
      return Reflect.ownKeys(target)
    },
    getOwnPropertyDescriptor(target, name) {
      seen()
      return Reflect.getOwnPropertyDescriptor(target, name)
    },
  })
}
