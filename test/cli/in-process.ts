import { Writable } from 'node:stream'
import { run } from '../../src/cli/run.ts'
import type { Ran } from './breakwater.ts'

class Sink extends Writable {
  text = ''
  readonly isTTY = false

  override _write(chunk: Buffer, _: string, done: () => void): void {
    this.text += chunk.toString()
    done()
  }
}

/** Runs a command line in this process, where nobody looks at a terminal: for what needs no process of its own. */
export async function runHere(...args: string[]): Promise<Ran> {
  const stdout = new Sink()
  const stderr = new Sink()
  const streams = { stdin: { isTTY: false }, stdout, stderr }
  const code = await run(args, streams as unknown as Parameters<typeof run>[1], {})
  return { code, stdout: stdout.text, stderr: stderr.text }
}
