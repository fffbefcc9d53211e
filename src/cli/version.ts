import { readFileSync } from 'node:fs'
import { EXIT, type Command, JSON_OPTION } from './command.ts'

/** Of this package. */
export function version(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { readonly version: string }).version
}

export const versionCommand: Command = {
  name: 'version',
  words: '',
  mostWords: 0,
  summary: 'the version of breakwater, and of the Node that runs it',
  options: JSON_OPTION,
  examples: [['breakwater version', 'breakwater 1.2.0, Node 24.4.0']],

  async run({ flags, terminal }) {
    const versions = { breakwater: version(), node: process.versions.node }
    terminal.writeLine(
      flags.has('json')
        ? JSON.stringify(versions)
        : `breakwater ${versions.breakwater}, Node ${versions.node}`,
    )
    return EXIT.ok
  },
}
