import type { Session } from './session.ts'

/** Under this a hooked connection keeps its session; the same in every installed copy. */
export const SESSION: unique symbol = Symbol.for('breakwater.session')

/** The session of a connection that a driver hook has made its own; `undefined` of any other. */
export function sessionOf(connection: unknown): Session | undefined {
  if (typeof connection !== 'object' || connection === null) return undefined
  return (connection as { readonly [SESSION]?: Session })[SESSION]
}
