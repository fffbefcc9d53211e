/** One command of `breakwater`. */
export interface Command {
  readonly name: string
  /** With its arguments, as the help shows it. */
  readonly usage: string
  readonly summary: string
  /** @returns the exit code: 0 all is well, 1 what was looked for is there, 2 it could not be done */
  readonly run: (args: string[], write: (text: string) => void) => Promise<number>
}
