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
    const reports = this.#each((message): message is Report => typeof message === 'object')
    this.tell(key)
    return await reports
  }

  /** Resolves when each process has said this. */
  async allSaid(text: string): Promise<void> {
    await this.#each((message): message is string => message === text)
  }

  tell(text: string): void {
    for (const child of this.#children) child.send(text)
  }

  async #each<Message>(isIt: (message: unknown) => message is Message): Promise<Message[]> {
    return await Promise.all(
      this.#children.map(
        async (child) =>
          await new Promise<Message>((settle) => {
            child.on('message', function hear(message: unknown) {
              if (!isIt(message)) return
              child.off('message', hear)
              settle(message)
            })
          }),
      ),
    )
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
