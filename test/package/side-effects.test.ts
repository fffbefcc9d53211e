import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { generate } from '../../scripts/exports.mjs'
import { root, run } from '../../scripts/run.mjs'

/**
 * Imports files and says, as JSON, what that has changed in the process. It ends by itself only if nothing holds it: whoever
 * reads its output waits for that.
 */
const IMPORT = `
import process from 'node:process'
// Node makes its fetch, and a symbol of it, when a program first touches Request or Headers.
const all = () => Reflect.ownKeys(globalThis).map(String).filter((name) => !name.startsWith('Symbol(undici.')).toSorted()
const listeners = () => Object.fromEntries(process.eventNames().map((name) => [String(name), process.listenerCount(name)]))
const prototypes = () => [Object, Array, Map, Set, Promise, String, Function, Error].map((each) => Reflect.ownKeys(each.prototype).length)
const state = () => JSON.stringify({
  globals: all(),
  listeners: listeners(),
  prototypes: prototypes(),
  env: Object.keys(process.env).length,
  stackTraceLimit: Error.stackTraceLimit,
  prepareStackTrace: typeof Error.prepareStackTrace,
})
// The loader of Node itself is at work while the first module is loaded.
await import('data:text/javascript,')
const before = state()
for (const file of process.argv.slice(1)) await import(file)
const after = state()
const resources = process.getActiveResourcesInfo().filter((kind) => !/^(Pipe|TTY|File|FSReq|CloseReq|TickObject|Immediate)/.test(kind))
console.log(JSON.stringify({ before: JSON.parse(before), after: JSON.parse(after), resources }))
`

interface Outcome {
  readonly before: unknown
  readonly after: unknown
  readonly resources: readonly string[]
}

const targets = Object.entries(generate(join(root, 'src')).exports).flatMap(([subpath, target]) =>
  typeof target === 'string' ? [] : [[subpath, join(root, target.default)] as const],
)

async function importing(files: readonly string[]): Promise<string> {
  const { code, output } = await run('node', ['--input-type=module', '--eval', IMPORT, ...files])
  expect(code, output).toBe(0)
  return output
}

describe('importing all subpaths', () => {
  it('prints nothing, holds nothing open, adds no global and no listener, and patches nothing', async () => {
    const output = await importing(targets.map(([, file]) => file))

    expect(output.split('\n')).toHaveLength(2)
    const { before, after, resources } = JSON.parse(output) as Outcome
    expect(after).toEqual(before)
    expect(resources).toEqual([])
  })

  it('would be noticed if it did', async () => {
    const output = await importing([
      'data:text/javascript,globalThis.added = 1; process.on("exit", () => 0); setTimeout(() => 0, 1)',
    ])

    const { before, after, resources } = JSON.parse(output) as Outcome
    expect(after).not.toEqual(before)
    expect(JSON.stringify(after)).toContain('"added"')
    expect(resources).toEqual(['Timeout'])
  })
})
