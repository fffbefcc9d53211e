import { show } from '../base/errors.ts'

/** A store that is down fails every request; a hundred messages a second tell no more than one. */
export function warnOnce(): (error: unknown) => void {
  const seen = new Set<string>()
  return (error) => {
    const message = error instanceof Error ? error.message : show(error)
    if (seen.has(message) || seen.size >= 100) return
    seen.add(message)
    process.emitWarning(`The page cache went on without: ${message}`, 'BreakwaterWarning')
  }
}
