// Some tests do one thing many times: an attack on every adapter, a recorded sequence on every store. The ordinary run does a
// fixed choice of them; each test that chooses says which, and `npm run test:long` runs those files without leaving anything out.
import { env } from 'node:process'

export const IS_LONG: boolean = env['BREAKWATER_LONG'] === '1'

/** Of all in the long run; in the ordinary one every `nth`, beginning with the one at `from`. */
export function some<T>(all: readonly T[], nth: number, from: number): readonly T[] {
  return IS_LONG ? all : all.filter((_, index) => index % nth === from % nth)
}
