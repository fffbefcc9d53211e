import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'

/** This package's own files: `src` of the repository, or `dist` where it is installed. */
const OWN = fileURLToPath(new URL('../../', import.meta.url))
/** Deep enough to leave this package and a framework behind. */
const MOST_FRAMES = 60

/** `file:line` of the application's code that is running, from the working directory; `undefined` where none of it is near. */
export function callSite(): string | undefined {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = MOST_FRAMES
  const { stack = '' } = new Error('where')
  Error.stackTraceLimit = limit
  for (const line of stack.split('\n').slice(1)) {
    const place = placeOf(line)
    if (place !== undefined) return place
  }
  return undefined
}

function placeOf(line: string): string | undefined {
  const [, where, row] = /\(?([^()\s][^()]*?):(\d+):\d+\)?$/.exec(line.trim()) ?? []
  if (where === undefined || row === undefined) return undefined
  const file = fileOf(where.replace(/^at (?:async )?/, ''))
  const isTheirs = file === undefined || file.startsWith(OWN) || /[\\/]node_modules[\\/]/.test(file)
  return isTheirs ? undefined : `${relative(process.cwd(), file)}:${row}`
}

function fileOf(where: string): string | undefined {
  if (where.startsWith('file://')) return fileURLToPath(where)
  return /^(?:\/|[A-Za-z]:[\\/])/.test(where) ? where : undefined
}
