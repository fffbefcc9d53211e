import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of this package's code. */
const OWN = fileURLToPath(new URL('../../../', import.meta.url))
/** As many as lie between a component and what it reads. */
const FRAMES = 50

/** The component that is running, with its file and line: `Form (views/login.tsx:12)`. */
export function placeOfCode(): string | undefined {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = FRAMES
  const { stack = '' } = new Error('where')
  Error.stackTraceLimit = stackTraceLimit
  for (const frame of stack.split('\n').slice(1)) {
    const [, called, url = '', line] =
      /^\s*at (?:async )?(?:(\S+)[^(]*\()?(?:file:\/\/)?([^()]+?):(\d+):\d+\)?$/.exec(frame) ?? []
    if (!/^\/|^[A-Za-z]:[\\/]/.test(url)) continue
    if (url.startsWith(OWN) || /[\\/]node_modules[\\/]/.test(url)) continue
    const at = `${relative(process.cwd(), url)}:${line}`
    return called === undefined ? at : `${called} (${at})`
  }
  return undefined
}
