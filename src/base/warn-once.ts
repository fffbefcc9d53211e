import { show } from './errors.ts'

/** Messages that are remembered; beyond it nothing is said any more. */
const MOST = 100

/**
 * What to do with errors that nobody asked to be told of: each message is said once. A store that is down fails every request,
 * and a hundred messages a second tell no more than one.
 */
export function warnOnce(say: (message: string) => void): (error: unknown) => void {
  const seen = new Set<string>()
  return (error) => {
    const message = error instanceof Error ? error.message : show(error)
    if (seen.has(message) || seen.size >= MOST) return
    seen.add(message)
    say(message)
  }
}
