import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join, resolve } from 'node:path'
import type { CallersReport } from '../programs/callers.ts'

/** Tests and benchmarks are run from the root of the package. */
const programs = resolve('.build/test/programs')

/** Real processes that run one compiled program, ready and waiting. */
export class Fleet {
  readonly #children: readonly ChildProcess[]

  private constructor(children: readonly ChildProcess[]) {
    this.#children = children
  }

  static async start(size: number, program: string, args: readonly string[]): Promise<Fleet> {
    const children = Array.from({ length: size }, () => fork(join(programs, program), args))
    await Promise.all(children.map((child) => once(child, 'message')))
    return new Fleet(children)
  }

  /** All ask for one key at once; resolves with what each reports. */
  async stampede<Report = CallersReport>(key: string): Promise<Report[]> {
    const reports = this.#children.map(async (child) => {
      const [report] = (await once(child, 'message')) as [Report]
      return report
    })
    for (const child of this.#children) child.send(key)
    return await Promise.all(reports)
  }

  async stop(): Promise<void> {
    await Promise.all(
      this.#children.map(async (child) => {
        if (child.exitCode !== null) return
        const exited = once(child, 'exit')
        child.send('')
        await exited
      }),
    )
  }
}
