import { warnOnce } from '../base/warn-once.ts'

/** The default of option `onError`. */
export function warnOfPages(): (error: unknown) => void {
  return warnOnce((message) => {
    process.emitWarning(`The page cache went on without: ${message}`, 'BreakwaterWarning')
  })
}
