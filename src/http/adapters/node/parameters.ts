import { parameterNames } from '../../key.ts'

/**
 * Takes out of a query that a framework has parsed already, such as Fastify's, the parameters that the key does not have.
 *
 * @param query what the key has, with its `?`; `undefined` for all of it
 * @returns puts them back
 */
export function narrowParameters(bag: object, query: string | undefined): () => void {
  const own = Object.getOwnPropertyDescriptor(bag, 'query')
  const parsed: unknown = own?.value
  if (query === undefined || own?.writable !== true) return () => {}
  if (typeof parsed !== 'object' || parsed === null) return () => {}
  const kept = parameterNames(query)
  const narrowed = Object.create(Object.getPrototypeOf(parsed) as object | null) as object
  for (const [name, value] of Object.entries(parsed)) {
    if (kept.has(beforeBracket(name))) {
      // Defined, not set: `__proto__` is a name like any other.
      Object.defineProperty(narrowed, name, { ...PLAIN, value })
    }
  }
  Object.defineProperty(bag, 'query', { ...own, value: narrowed })
  return () => void Object.defineProperty(bag, 'query', own)
}

const PLAIN = { configurable: true, enumerable: true, writable: true } as const

function beforeBracket(name: string): string {
  const bracket = name.indexOf('[')
  return bracket > 0 ? name.slice(0, bracket) : name
}
